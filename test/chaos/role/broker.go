package role

import (
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Broker is a NATS server. The signals that a NATS server knows end it or make
// it a lame duck.
type Broker struct {
	Name     string // keeps its place in a cluster over restarts
	Store    string // directory of JetStream
	Log      string // file
	Port     int
	HTTPPort int // of the monitoring

	// Of a cluster; 0 and none for a single one.
	ClusterPort int      `json:",omitempty"`
	Routes      []string `json:",omitempty"`
}

const (
	lameDuck   = 2 * time.Second // until a lame duck has shed its clients
	lameGrace  = 500 * time.Millisecond
	readyLimit = 20 * time.Second
)

func (b *Broker) run() error {
	o := b.options()
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.ConfigureLogger()
	s.Start()
	if !s.ReadyForConnections(readyLimit) {
		return fmt.Errorf("not ready within %v", readyLimit)
	}
	sayReady()
	s.WaitForShutdown()
	return nil
}

func (b *Broker) options() *server.Options {
	o := &server.Options{
		ServerName: b.Name,
		Host:       "127.0.0.1", Port: b.Port,
		HTTPHost: "127.0.0.1", HTTPPort: b.HTTPPort,
		JetStream: true, StoreDir: b.Store,
		LogFile: b.Log, Logtime: true,
		LameDuckDuration: lameDuck, LameDuckGracePeriod: lameGrace,
	}
	if b.ClusterPort != 0 {
		o.Cluster = server.ClusterOpts{Name: "chaos", Host: "127.0.0.1", Port: b.ClusterPort}
		for _, r := range b.Routes {
			o.Routes = append(o.Routes, server.RoutesFromStr(r)...)
		}
	}
	return o
}
