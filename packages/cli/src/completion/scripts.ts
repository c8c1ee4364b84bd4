/** What a shell reads to complete command lines: it asks the command line itself what fits. */
import { FILES } from './candidates.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** `npx shootdown` is completed too, where nothing else completes npx. The program itself is asked, because npx is slow. */
const FINDS = `_shootdown_program() {
  local folder=$PWD
  if [ "$1" != npx ]; then printf '%s' "$1"; return; fi
  while [ -n "$folder" ]; do
    if [ -x "$folder/node_modules/.bin/shootdown" ]; then printf '%s' "$folder/node_modules/.bin/shootdown"; return; fi
    folder=\${folder%/*}
  done
  printf 'shootdown'
}`;

const bash = `# Completes shootdown in bash. For each shell that starts: put into ~/.bashrc
#   eval "$(npx shootdown completion bash)"
${FINDS}
_shootdown() {
  local first=1 found word at=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [ "\${COMP_WORDS[0]##*/}" = npx ]; then
    if [ "\${COMP_WORDS[1]}" != shootdown ] || [ "$COMP_CWORD" -lt 2 ]; then compopt -o default; return; fi
    first=2
  fi
  found=$("$(_shootdown_program "\${COMP_WORDS[0]}")" complete -- "\${COMP_WORDS[@]:first:COMP_CWORD-first+1}" 2>/dev/null) || return 0
  while IFS=$'\\t' read -r word _; do
    if [ "$word" = '${FILES}' ]; then compopt -o default; return; fi
    [ -n "$word" ] && COMPREPLY+=("$word")
  done <<<"$found"
  # Names of a list go on behind a comma.
  case "\${COMP_WORDS[COMP_CWORD-1]}" in --arch | -a | --mode | -m) compopt -o nospace ;; esac
}
complete -F _shootdown shootdown
complete -p npx >/dev/null 2>&1 || complete -F _shootdown npx`;

const zsh = `#compdef shootdown
# Completes shootdown in zsh. For each shell that starts: put behind compinit into ~/.zshrc
#   eval "$(npx shootdown completion zsh)"
${FINDS}
_shootdown() {
  local first=2 line
  local -a found said
  if [[ \${words[1]:t} == npx ]]; then
    if [[ \${words[2]} != shootdown ]] || (( CURRENT < 3 )); then _default; return; fi
    first=3
  fi
  for line in "\${(@f)$("$(_shootdown_program "\${words[1]}")" complete -- "\${(@)words[first,CURRENT]}" 2>/dev/null)}"; do
    [[ $line == '${FILES}' ]] && { _files; return; }
    [[ -n $line ]] && found+=("\${line%%$'\\t'*}") && said+=("\${line/$'\\t'/  }")
  done
  (( $#found )) && compadd -l -d said -- $found
}
compdef _shootdown shootdown
(( \${+_comps[npx]} )) || compdef _shootdown npx`;

const fish = `# Completes shootdown in fish. For each shell that starts: put into ~/.config/fish/config.fish
#   npx shootdown completion fish | source
function __shootdown_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l program $words[1]
  set -e words[1]
  if test (basename $program) = npx
    set -e words[1]
    set program shootdown
    set -l folder $PWD
    while test -n "$folder"
      if test -x $folder/node_modules/.bin/shootdown
        set program $folder/node_modules/.bin/shootdown
        break
      end
      set folder (string replace -r '/[^/]*$' '' -- $folder)
    end
  end
  set -l found ($program complete -- $words 2>/dev/null)
  if test "$found[1]" = '${FILES}'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c shootdown -f -a '(__shootdown_complete)'
complete -c npx -n 'test (count (commandline -opc)) -ge 2; and test (commandline -opc)[2] = shootdown' -f -a '(__shootdown_complete)'`;

export const scriptOf = (shell: Shell): string => ({ bash, zsh, fish })[shell];
