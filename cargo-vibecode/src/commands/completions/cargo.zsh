
# `cargo vibecode` completes like `cargo-vibecode`; everything else is left to the completions of cargo. A
# file in $fpath needs no more than the function: the completions of cargo call it.
_cargo_with_vibecode() {
    if (( CURRENT > 2 )) && [[ $words[2] == vibecode ]]; then
        shift words
        (( CURRENT-- ))
        _cargo-vibecode
    elif [[ -n $_vibecode_cargo_before ]]; then
        $_vibecode_cargo_before "$@"
    else
        _default
    fi
}
if [[ $funcstack[1] != _cargo-vibecode && -n $functions[compdef] ]]; then
    if [[ ${_comps[cargo]} != _cargo_with_vibecode ]]; then
        typeset -g _vibecode_cargo_before=${_comps[cargo]}
    fi
    compdef _cargo_with_vibecode cargo
fi
