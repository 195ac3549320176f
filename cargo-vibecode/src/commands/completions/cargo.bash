
# `cargo vibecode` completes like `cargo-vibecode`; everything else is left to the completions of cargo.
if [[ -z ${_vibecode_cargo_before+set} ]]; then
    _vibecode_cargo_before=$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
fi
_cargo_with_vibecode() {
    if [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == vibecode ]]; then
        COMP_WORDS=(cargo-vibecode "${COMP_WORDS[@]:2}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _cargo__vibecode cargo-vibecode "$2" "$3"
    elif [[ -n $_vibecode_cargo_before ]]; then
        "$_vibecode_cargo_before" "$@"
    elif [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W vibecode -- "$2"))
    fi
}
complete -F _cargo_with_vibecode -o bashdefault -o default cargo
