
# `cargo vibecode` completes like `cargo-vibecode`; everything else is left to the completions of cargo.
function __cargo_vibecode_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    complete -C "cargo-vibecode "(string join ' ' -- (string escape -- $words[3..-1]) $word)
end
complete -c cargo -n '__fish_is_nth_token 1' -a vibecode -d 'Schemas, checks and bulk jobs for Bitrix24'
complete -c cargo -n '__fish_seen_subcommand_from vibecode' -f -a '(__cargo_vibecode_complete)'
