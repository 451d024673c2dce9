module tls12/peer

go 1.22
