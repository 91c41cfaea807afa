/** Each shell hands its words to `halctl __complete`, and takes a candidate a line, a tab, and what it is for. */
export const completionScripts = {
  bash: `# bash completion for halctl. Load it with: source <(halctl completion bash)
_halctl() {
  local line name words=() files=0
  COMPREPLY=()
  # Bash takes --group=prod for three words.
  local i=1 word
  while ((i <= COMP_CWORD)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = && \${#words[@]} -gt 0 ]]; then
      words[\${#words[@]}-1]+="="
      if ((i < COMP_CWORD)); then
        ((i += 1))
        words[\${#words[@]}-1]+=\${COMP_WORDS[i]}
      fi
    else
      words+=("$word")
    fi
    ((i += 1))
  done
  while IFS=$'\\t' read -r name line; do
    if [[ $name == :files ]]; then
      files=1
      continue
    fi
    [[ \${words[\${#words[@]}-1]} == --*=* ]] && name=\${name#*=}
    COMPREPLY+=("$name")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
  ((files)) && compopt -o default 2>/dev/null
  return 0
}
complete -F _halctl halctl
`,
  zsh: `#compdef halctl
# zsh completion for halctl. Load it with: source <(halctl completion zsh)
_halctl() {
  local -a candidates
  local name about files=0
  while IFS=$'\\t' read -r name about; do
    if [[ $name == :files ]]; then
      files=1
      continue
    fi
    candidates+=("\${name//:/\\\\:}\${about:+:$about}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  ((files)) && _files
  ((\${#candidates})) && _describe halctl candidates
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _halctl "$@"
else
  compdef _halctl halctl
fi
`,
  fish: `# fish completion for halctl. Load it with: halctl completion fish | source
function __halctl_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    for line in ($program __complete -- $words (commandline -ct) 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c halctl -f -a '(__halctl_complete)'
`,
} as const
