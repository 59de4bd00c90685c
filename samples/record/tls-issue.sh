# The recorders' certificates, made anew for each recording in $WORK/tls and thrown away with it. To be sourced after
# lib.sh. Private keys never become part of a sample.
#
#   make_certificates     ca.pem, other-ca.pem and, each with .pem (leaf and what it is sent with) and .key:
#                         good expired future wrong-name self-signed unknown incomplete client stranger

CERTS=$WORK/tls
HOST=chat.example.test

make_certificates() {
  mkdir -p "$CERTS"
  make_ca ca 'wscope sample root'
  make_ca other-ca 'Some other root'
  make_ca middle 'wscope sample intermediate' ca
  local today year_ago next_year
  today=$(date -u -d yesterday +%Y%m%d000000Z)
  year_ago=$(date -u -d '1 year ago' +%Y%m%d000000Z)
  next_year=$(date -u -d '1 year' +%Y%m%d000000Z)
  issue good ca "$today" "$next_year" DNS:$HOST
  issue expired ca "$year_ago" "$(date -u -d '3 days ago' +%Y%m%d000000Z)" DNS:$HOST
  issue future ca "$(date -u -d '3 days' +%Y%m%d000000Z)" "$next_year" DNS:$HOST
  issue wrong-name ca "$today" "$next_year" DNS:www.example.test,DNS:*.shop.example.test
  issue unknown other-ca "$today" "$next_year" DNS:$HOST
  issue incomplete middle "$today" "$next_year" DNS:$HOST
  issue client ca "$today" "$next_year" email:device@example.test
  issue stranger other-ca "$today" "$next_year" email:device@example.test
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$HOST" \
    -addext "subjectAltName=DNS:$HOST" -keyout "$CERTS/self-signed.key" -out "$CERTS/self-signed.pem" 2>/dev/null
}

# make_ca NAME COMMON_NAME [ISSUER]
make_ca() {
  local name=$1 common=$2 issuer=${3:-} request
  request=$CERTS/$name.csr
  mkdir -p "$CERTS/$name.issued"
  : >"$CERTS/$name.issued/index"
  cat >"$CERTS/$name.cnf" <<CONFIG
[ca]
default_ca = this
[this]
new_certs_dir = $CERTS/$name.issued
database = $CERTS/$name.issued/index
rand_serial = yes
certificate = $CERTS/$name.pem
private_key = $CERTS/$name.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONFIG
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$common" \
    -keyout "$CERTS/$name.key" -out "$request" 2>/dev/null
  printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n' >"$CERTS/$name.ext"
  if [[ -n $issuer ]]; then
    openssl x509 -req -in "$request" -CA "$CERTS/$issuer.pem" -CAkey "$CERTS/$issuer.key" -days 730 \
      -extfile "$CERTS/$name.ext" -out "$CERTS/$name.pem" 2>/dev/null
  else
    openssl x509 -req -in "$request" -signkey "$CERTS/$name.key" -days 730 -extfile "$CERTS/$name.ext" -out "$CERTS/$name.pem" 2>/dev/null
  fi
}

# issue NAME ISSUER NOT_BEFORE NOT_AFTER NAMES
issue() {
  local name=$1 issuer=$2 from=$3 to=$4 names=$5 common
  common=${names%%,*}
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=${common#*:}" \
    -keyout "$CERTS/$name.key" -out "$CERTS/$name.csr" 2>/dev/null
  printf 'basicConstraints=CA:FALSE\nsubjectAltName=%s\n' "$names" >"$CERTS/$name.ext"
  openssl ca -batch -notext -config "$CERTS/$issuer.cnf" -in "$CERTS/$name.csr" -extfile "$CERTS/$name.ext" \
    -startdate "$from" -enddate "$to" -out "$CERTS/$name.pem" 2>/dev/null
}
