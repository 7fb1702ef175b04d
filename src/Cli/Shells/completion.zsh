#compdef endpointsync
# zsh completion for endpointsync. Load it with:  source <(endpointsync completion zsh)
_endpointsync() {
  local -a found
  found=("${(@f)$(endpointsync "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
  found=("${(@)found:#}")
  (( ${#found} )) && compadd -- "${found[@]}" || _files
}
compdef _endpointsync endpointsync
