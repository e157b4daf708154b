package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
)

// certificate makes a certificate for this machine, in files, and what trusts it.
func certificate(t *testing.T) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name, kind string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	trust = x509.NewCertPool()
	if about, err = x509.ParseCertificate(signed); err != nil {
		t.Fatal(err)
	}
	trust.AddCert(about)
	return write("cert.pem", "CERTIFICATE", signed), write("key.pem", "PRIVATE KEY", secret), trust
}

// secured starts a server with TLS.
func secured(t *testing.T) (url string, trust *x509.CertPool) {
	t.Helper()
	cert, key, trust := certificate(t)
	v, _ := launch(t, "web: {tls: {cert: '"+cert+"', key: '"+key+"'}}", &Plums{})
	return v.url, trust
}

func TestTLSIsServedWithHTTP2AndHTTP1(t *testing.T) {
	t.Parallel()
	url, trust := secured(t)
	if !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Errorf("have URL %q, want https://127.0.0.1:…", url)
	}
	for version, http2 := range map[int]bool{1: false, 2: true} {
		v := visitWith(t, url, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: http2})
		a := v.get("/plums/1")
		a.want(t, 200, "plum 1")
		if a.ProtoMajor != version {
			t.Errorf("have %s, want HTTP/%d", a.Proto, version)
		}
	}
}

func TestOldTLSAndPlainTextAreRefused(t *testing.T) {
	t.Parallel()
	url, trust := secured(t)
	old := visitWith(t, url, &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
	})
	if a := old.try(old.request(await.Within(t), "GET", "/plums/1", "")); a.err == nil {
		t.Errorf("TLS 1.1: have %d, want it refused", a.StatusCode)
	}
	plain := visit(t, "http"+strings.TrimPrefix(url, "https"))
	if a := plain.try(plain.request(await.Within(t), "GET", "/plums/1", "")); a.err == nil && a.StatusCode != http.StatusBadRequest {
		t.Errorf("plain text: have %d, want it refused", a.StatusCode)
	}
}

func TestHTTP2WithoutTLSIsServedWhereItIsAllowed(t *testing.T) {
	t.Parallel()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	v, _ := launch(t, "web: {h2c: true}", newGate())
	h2c := visitWith(t, v.url, &http.Transport{Protocols: protocols})
	a := h2c.get("/echo/1")
	a.want(t, 200, "1")
	if a.ProtoMajor != 2 {
		t.Errorf("have %s, want HTTP/2", a.Proto)
	}
	v.get("/echo/1").want(t, 200, "1")

	v, _ = launch(t, "", newGate())
	h2c = visitWith(t, v.url, &http.Transport{Protocols: protocols})
	if a := h2c.try(h2c.request(await.Within(t), "GET", "/echo/1", "")); a.err == nil {
		t.Errorf("have %d over HTTP/2, want it refused unless web.h2c allows it", a.StatusCode)
	}
}

func TestStopOfHTTP2AnswersWhatRuns(t *testing.T) {
	t.Parallel()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	g := newGate()
	v, a := launch(t, "web: {h2c: true}", g)
	h2c := visitWith(t, v.url, &http.Transport{Protocols: protocols})
	running := h2c.send("/pass/1")
	await.Take(t, g.entered)
	over := stopping(t, a)
	await.Until(t, "new requests are refused", func() bool { return v.get("/echo/7").StatusCode != http.StatusOK })
	h2c.get("/echo/7").problem(t, http.StatusServiceUnavailable)
	close(g.open)
	await.Take(t, running).want(t, 200, "1")
	if took := await.Take(t, over); took > 5*time.Second {
		t.Errorf("have it stopped after %v", took)
	}
}
