# bash completion for endpointsync. Load it with:  source <(endpointsync completion bash)
_endpointsync() {
  local line IFS=$'\n'
  COMPREPLY=()
  while read -r line; do
    [[ $line == "${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
  done < <(endpointsync "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
}
complete -o default -F _endpointsync endpointsync
