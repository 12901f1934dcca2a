#!/bin/sh
# Runs the tests of the word count; the exit code says whether all passed.
set -u
cd "$(dirname "$0")/.."

failed=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# check NAME TEXT HOW_MANY EXPECTED
check() {
  printf '%b' "$2" >"$folder/text"
  found=$(sh src/wordcount.sh "$folder/text" "$3")
  if [ "$found" = "$4" ]; then
    echo "ok      $1"
  else
    echo "not ok  $1: expected '$4', found '$found'"
    failed=1
  fi
}

check 'counts a word' 'ferry ferry\n' 1 '   2  ferry'
check 'ignores case' 'Quay quay QUAY\n' 1 '   3  quay'
check 'ignores punctuation' 'crane, crane; (crane)\n' 1 '   3  crane'
check 'puts the most frequent first' 'a b b\n' 1 '   2  b'
check 'says nothing of an empty text' '' 3 ''

exit "$failed"
