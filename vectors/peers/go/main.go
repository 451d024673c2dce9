// A client and a server of Go's crypto/tls, with the command line that README.md describes.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
)

var (
	port        = flag.Int("port", 0, "")
	ca          = flag.String("ca", "", "")
	cert        = flag.String("cert", "", "")
	key         = flag.String("key", "", "")
	name        = flag.String("name", "localhost", "")
	suites      = flag.String("suites", "", "")
	alpn        = flag.String("alpn", "", "")
	clientAuth  = flag.String("client-auth", "none", "")
	resume      = flag.String("resume", "none", "")
	keyLog      = flag.String("keylog", "", "")
	renegotiate = flag.String("renegotiate", "", "")
	staple      = flag.String("staple", "", "")
	newest      = flag.String("newest", "1.2", "")
	fault       = flag.String("fault", "", "")
)

func main() {
	if len(os.Args) < 2 || os.Args[1] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	if os.Args[1] == "suites" {
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			fmt.Printf("%04x\n", suite.ID)
		}
		return
	}
	flag.CommandLine.Parse(os.Args[2:])
	config := configuration()
	if os.Args[1] == "server" {
		serve(config)
		return
	}
	connections := 1
	if *resume != "none" {
		connections = 2
	}
	for ; connections > 0; connections-- {
		if err := ask(config); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
	}
}

func configuration() *tls.Config {
	config := &tls.Config{
		MinVersion:             tls.VersionTLS12,
		MaxVersion:             tls.VersionTLS12,
		ServerName:             *name,
		CipherSuites:           numbers(),
		SessionTicketsDisabled: *resume != "ticket",
		ClientSessionCache:     tls.NewLRUClientSessionCache(4),
	}
	config.ClientAuth = map[string]tls.ClientAuthType{
		"none": tls.NoClientCert, "request": tls.VerifyClientCertIfGiven, "require": tls.RequireAndVerifyClientCert,
	}[*clientAuth]
	if *ca != "" {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(must(os.ReadFile(*ca)))
		config.RootCAs, config.ClientCAs = pool, pool
	}
	if *cert != "" {
		config.Certificates = []tls.Certificate{must(tls.LoadX509KeyPair(*cert, *key))}
	}
	if *alpn != "" {
		config.NextProtos = strings.Split(*alpn, ",")
	}
	if *keyLog != "" {
		config.KeyLogWriter = must(os.OpenFile(*keyLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))
	}
	if *staple != "" {
		config.Certificates[0].OCSPStaple = must(os.ReadFile(*staple))
	}
	if *newest == "1.1" {
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	}
	if *fault == "configuration" {
		config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, io.ErrUnexpectedEOF }
	}
	if *renegotiate != "" {
		config.Renegotiation = tls.RenegotiateFreelyAsClient
	}
	return config
}

func numbers() (ids []uint16) {
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, wanted := range strings.Split(*suites, ",") {
			if *suites == "" || wanted == suite.Name {
				ids = append(ids, suite.ID)
			}
		}
	}
	if len(ids) == 0 {
		fmt.Println("unknown suite", *suites)
		os.Exit(1)
	}
	return ids
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	return value
}

func established(connection *tls.Conn) {
	state := connection.ConnectionState()
	protocol := state.NegotiatedProtocol
	if protocol == "" {
		protocol = "-"
	}
	resumed := 0
	if state.DidResume {
		resumed = 1
	}
	for _, shown := range state.PeerCertificates[:min(1, len(state.PeerCertificates))] {
		fmt.Println("shown", shown.Subject)
	}
	fmt.Printf("established %s resumed=%d alpn=%s\n", tls.CipherSuiteName(state.CipherSuite), resumed, protocol)
}

func ask(config *tls.Config) error {
	connection, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", *port), config)
	if err != nil {
		return err
	}
	defer connection.Close()
	established(connection)
	fmt.Fprint(connection, "GET / HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(connection)
	fmt.Println(string(answer))
	return err
}

func serve(config *tls.Config) {
	listener := must(net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port)))
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	for {
		socket := must(listener.Accept())
		if err := answer(socket, config); err != nil {
			fmt.Println("failed:", err)
		}
		// whatever is still under way, so that the connection is not reset
		socket.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, socket)
		socket.Close()
	}
}

// notClosing keeps the socket open when TLS is done with it.
type notClosing struct{ net.Conn }

func (notClosing) Close() error { return nil }

func answer(socket net.Conn, config *tls.Config) error {
	connection := tls.Server(notClosing{socket}, config)
	defer connection.Close()
	if err := connection.Handshake(); err != nil {
		return err
	}
	established(connection)
	for lines := bufio.NewReader(connection); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if line == "\r\n" {
			break
		}
	}
	_, err := fmt.Fprint(connection, "HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer")
	return err
}
