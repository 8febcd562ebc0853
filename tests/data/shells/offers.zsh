# Prints what zsh offers for the line $2 when Tab is pressed, with the completions of the file $1. A terminal of its own
# runs an interactive zsh; `compadd` writes what it is given to the file $3, and Tab ends the shell.
zmodload zsh/zpty || exit 77
zpty offers zsh -f -i
{
    # A shell in which Tab does nothing ends all the same.
    print -r -- 'TMOUT=60 PROMPT= RPROMPT='
    print -r -- 'unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit && compinit -u -D'
    print -r -- "source ${(q)1}"
    print -r -- "offers_file=${(q)3}"
    print -r -- 'compadd() {
        if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
        typeset -a offered; builtin compadd -A offered "$@"; local code=$?
        (( $#offered )) && print -rl -- "${IPREFIX}"${^offered} >> $offers_file
        builtin compadd "$@"; return $code
    }'
    print -r -- 'comppostfuncs=(offers_end); offers_end() { print -r -- end >> $offers_file; exit }'
    print -r -- "bindkey '^I' complete-word"
} | while read -r line; do zpty -w offers "$line"; done
zpty -w -n offers "$2"$'\t'
# The shell ends by itself; reading waits for that.
while zpty -r offers answer; do :; done
