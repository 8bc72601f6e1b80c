#!/usr/bin/env bash
# Makes the certificates of a broker for tests, with keys of this run alone.
#   certificates.sh DIR    writes DIR/*.pem; a keystore is key and certificate
# ca: who signed the others; other_ca: who did not. broker, expired, wrong_host:
# keystores of listeners. client: keystore of a client, and in two files.
set -euo pipefail
mkdir -p "$1"
cd "$1"

quiet() { openssl "$@" 2> errors || { cat errors >&2; return 1; }; }

authority() {  # NAME
  quiet req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" \
    -keyout "$1.key.pem" -out "$1.pem"
}

# An expired one is valid for a day that is long over.
issue() {  # NAME SUBJECT_ALT_NAME [EXPIRED]
  quiet req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key.pem" \
    -out "$1.request" -addext "subjectAltName=$2"
  printf 'subjectAltName=%s\n' "$2" > "$1.extensions"
  if [ -n "${3:-}" ]; then
    : > index; echo 01 > serial; mkdir -p issued
    quiet ca -batch -notext -in "$1.request" -out "$1.cert.pem" -md sha256 \
      -cert ca.pem -keyfile ca.key.pem -extfile "$1.extensions" \
      -startdate 200101000000Z -enddate 200102000000Z -config <(cat <<END
[ca]
default_ca=tests
[tests]
dir=.
database=index
serial=serial
new_certs_dir=issued
policy=any
[any]
commonName=supplied
END
)
  else
    quiet x509 -req -in "$1.request" -CA ca.pem -CAkey ca.key.pem \
      -CAcreateserial -days 3650 -extfile "$1.extensions" -out "$1.cert.pem"
  fi
  cat "$1.key.pem" "$1.cert.pem" > "$1.pem"
}

authority ca
authority other_ca
issue broker IP:127.0.0.1,DNS:localhost
issue expired IP:127.0.0.1,DNS:localhost expired
issue wrong_host DNS:elsewhere.example
issue client DNS:client
rm -f errors
