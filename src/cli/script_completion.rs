//! What the completions of each shell need beside those of clap: the options of a script on the command line. They ask
//! `umapish __complete SCRIPT WORD...`, which reads the script and runs nothing.

use clap_complete::Shell;

/// The first argument of the question; no subcommand, so that no help or completion shows it.
pub const WORD: &str = "__complete";

const BASH: &str = r#"
_umapish_script() {
    local index script=0 word join="" line last
    local -a words=()
    for (( index = 1; index < COMP_CWORD; index++ )); do
        case "${COMP_WORDS[index]}" in
            check|translate) break ;;
            *.rhai) script=$index; break ;;
        esac
    done
    if (( script == 0 )); then _umapish "$@"; return; fi
    for (( index = script; index <= COMP_CWORD; index++ )); do
        word="${COMP_WORDS[index]}"
        if [[ "$word" == "=" && ${#words[@]} -gt 1 ]]; then
            words[${#words[@]}-1]+="="; join=1
        elif [[ -n "$join" ]]; then
            words[${#words[@]}-1]+="$word"; join=""
        else
            words+=("$word")
        fi
    done
    last="${words[${#words[@]}-1]}"
    local current="$last"
    if [[ "$last" == --*=* ]]; then current="${last#*=}"; fi
    COMPREPLY=()
    compopt +o default +o bashdefault 2>/dev/null
    while IFS= read -r line; do
        case "$line" in
            :files) compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current") ;;
            :folders) compopt -o filenames 2>/dev/null
                while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$current") ;;
            *) word="${line%%$'\t'*}"
                if [[ "$last" == --*=* ]]; then word="${word#*=}"; fi
                if [[ "$word" == "$current"* ]]; then COMPREPLY+=("$word"); fi ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -F _umapish_script -o bashdefault -o default umapish
"#;

const ZSH: &str = r#"
_umapish_first() {
    _umapish_commands "$@"
    _files -g '*.rhai'
}
_umapish() {
    local index=2 line
    local -a offered
    while (( index < CURRENT )) && [[ "${words[index]}" != (*.rhai|check|translate) ]]; do (( index++ )); done
    if (( index >= CURRENT )) || [[ "${words[index]}" != *.rhai ]]; then _umapish_of_clap "$@"; return; fi
    for line in "${(@f)$("${words[1]}" __complete "${(@Q)words[index,CURRENT]}" 2>/dev/null)}"; do
        case "$line" in
            '') ;;
            :files|:folders)
                # In `--file=peo` the part after the sign is completed.
                [[ "$PREFIX" == --*=* ]] && compset -P 1 '*='
                if [[ "$line" == :files ]]; then _files; else _files -/; fi ;;
            *$'\t'*) offered+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            *) offered+=("${line//:/\\:}") ;;
        esac
    done
    (( ${#offered} )) && _describe 'options of the script' offered
}
"#;

const FISH: &str = r#"
function __umapish_script_words
    set -l current (commandline -ct)
    set -l words (commandline -opc)
    set -l count (count $words)
    test $count -gt 1; or return 1
    for index in (seq 2 $count)
        if contains -- $words[$index] check translate
            return 1
        end
        if string match -q '*.rhai' -- $words[$index]
            printf '%s\n' $words[$index..-1] "$current"
            return 0
        end
    end
    return 1
end
# In `--file=peo` the part after the sign is completed.
function __umapish_paths
    set -l word (commandline -ct)
    set -l option ''
    if string match -q -- '--*=*' $word
        set option (string replace -r '=.*' '=' -- $word)
        set word (string replace -r '^[^=]*=' '' -- $word)
    end
    for path in ($argv[1] $word)
        echo $option$path
    end
end
function __umapish_script_offers
    set -l program (commandline -opc)[1]
    for line in ($program __complete (__umapish_script_words) 2>/dev/null)
        switch $line
            case ':files'
                __umapish_paths __fish_complete_path
            case ':folders'
                __umapish_paths __fish_complete_directories
            case '*'
                echo $line
        end
    end
end
function __umapish_scripts
    string match -r '^[^\t]*(?:[.]rhai|/)(?=\t|$)' -- (__fish_complete_path (commandline -ct))
end
complete -c umapish -n '__fish_umapish_needs_command' -a '(__umapish_scripts)'
complete -c umapish -n '__umapish_script_words >/dev/null' -f -a '(__umapish_script_offers)'
"#;

/// The completions of clap with those of scripts.
pub(super) fn with_scripts(shell: Shell, text: String) -> String {
    match shell {
        Shell::Bash => text + BASH,
        Shell::Fish => fish(&text) + FISH,
        Shell::Zsh => zsh(&text),
        _ => text,
    }
}

/// In fish the options of subcommands such as `run` would be offered beside those of the script.
fn fish(text: &str) -> String {
    const BEGIN: &str = "function __fish_umapish_using_subcommand\n";
    text.replacen(BEGIN, &format!("{BEGIN}    __umapish_script_words >/dev/null; and return 1\n"), 1)
}

/// In zsh the function has the name of the file, so the one of clap gets another name. A script stands where a subcommand
/// would.
fn zsh(text: &str) -> String {
    const END: &str = "if [ \"$funcstack[1]\" = \"_umapish\" ]; then";
    let text = text.replacen("\":: :_umapish_commands\"", "\":: :_umapish_first\"", 1);
    // With two colons the rest of the line would be completed as a command line of its own.
    let text = text.replace("'*::", "'*:");
    let renamed = text.replacen("\n_umapish() {", "\n_umapish_of_clap() {", 1);
    renamed.replacen(END, &format!("{}\n{END}", ZSH.trim()), 1)
}
