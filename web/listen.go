package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"syscall"

	"golang.org/x/net/netutil"
)

// listen opens the port.
func (s *Server) listen(ctx context.Context) (net.Listener, error) {
	security, err := s.security()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort(s.settings.Host, strconv.Itoa(s.settings.port()))
	l, err := s.inherit(address)
	if l == nil && err == nil {
		l, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("HTTP server: the address %s is taken by another program; choose a port with --port or the configuration key web.port", address)
	case err != nil:
		return nil, fmt.Errorf("HTTP server: %w; the address is that of the configuration keys web.host and web.port", err)
	}
	l = netutil.LimitListener(l, s.settings.MaxConnections)
	if security != nil {
		l = tls.NewListener(l, security)
	}
	return l, nil
}

func (s settings) port() int {
	if s.Port == 0 {
		return 0
	}
	return s.Port + s.Offset
}

// security returns the settings of TLS, nil without.
func (s *Server) security() (*tls.Config, error) {
	files := s.settings.TLS
	if files.Cert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return nil, fmt.Errorf("configuration key web.tls: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// newHTTP returns the server of net/http, which bounds what a client can hold.
func (s *Server) newHTTP() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(s.settings.H2C)
	return &http.Server{
		Handler: s.chain(), Protocols: protocols,
		ReadHeaderTimeout: headersTimeout, ReadTimeout: readTimeout, WriteTimeout: s.settings.Timeout + writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headersLimit,
		ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
}

// urlOf returns where clients on this machine find the server.
func (s *Server) urlOf(a net.Addr) string {
	scheme, host := "http", s.settings.Host
	if s.settings.TLS.Cert != "" {
		scheme = "https"
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return scheme + "://" + a.String()
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
