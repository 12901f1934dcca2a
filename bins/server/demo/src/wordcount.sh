#!/bin/sh
# Prints the most frequent words of a text with their counts: wordcount.sh FILE [HOW_MANY]
set -eu

file=${1:?usage: wordcount.sh FILE [HOW_MANY]}
how_many=${2:-5}

tr '[:upper:]' '[:lower:]' <"$file" |
  tr -cs '[:alpha:]' '\n' |
  sed '/^$/d' |
  sort |
  uniq -c |
  sort -k1,1nr -k2 |
  head -n "$how_many" |
  while read -r count word; do printf '%4d  %s\n' "$count" "$word"; done
