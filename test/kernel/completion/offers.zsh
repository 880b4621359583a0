# offers.zsh FOLDER LINE…
# Types each line into an interactive zsh that has FOLDER among its functions, has it list what may follow, and prints
# '=== LINE' and what came.
zmodload zsh/zpty zsh/zselect
folder=$1
shift

# Until a list has come, and nothing more for half a second; or for twenty seconds.
gather() {
  local chunk quiet=0 waited=0
  gathered=
  while (( waited < 400 && ( quiet < 10 || ! list ) )); do
    if zpty -r -t shell chunk; then
      gathered+=$chunk
      quiet=0
      [[ $chunk == *$'\n'* ]] && list=1
    else
      zselect -t 5
      (( quiet++, waited++ ))
    fi
  done
}

zpty shell zsh -f -i
zpty -w shell "PROMPT=; fpath=($folder \$fpath); autoload -U compinit; compinit -u -D; LISTMAX=1000
zstyle ':completion:*' verbose no; stty cols 200 rows 100; bindkey '^X' list-choices; print READY"
zpty -r -m shell ready '*READY*READY*'
list=1 gather
for line; do
  zpty -w -n shell $line$'\x18'
  list=0 gather
  print -r -- "=== $line"
  print -r -- $gathered
  zpty -w -n shell $'\x15'
  list=1 gather
done
