package dependency

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// OutboxPlace is where the database of a service and those who need its outbox or
// inbox meet, whichever field comes first.
type OutboxPlace struct {
	service, name string
	places        *places

	mu    sync.Mutex // guards what follows
	store OutboxStore
	used  bool
}

// OutboxNamed returns the meeting place of a service for the database of a name.
// It is called while the service is declared, that is in Provide and Declare.
func OutboxNamed(h Meeting, name string) (*OutboxPlace, error) {
	all, err := Shared(h, placesKey{h.Service()}, func() (*places, error) { return &places{}, nil })
	if err != nil {
		return nil, err
	}
	return all.named(h.Service(), name), nil
}

// Meeting is the part of a Host that a meeting needs; the hosts of entrypoints
// have it too.
type Meeting interface {
	Service() string
	Shared(key any, build func() (any, error)) (any, error)
}

// Offer says that the service has the database, and how its letters are relayed.
// It is called while the service is declared.
func (p *OutboxPlace) Offer(s OutboxStore) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.store = s
}

// Store returns how the letters of the database are relayed; services of one
// process with the same database have the same store. It is called when a
// provider or an entrypoint starts, and says at the same time that the outbox is
// used. The error is that of Check.
func (p *OutboxPlace) Store() (OutboxStore, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used = true
	return p.store, nil
}

// Check returns an error where the service has no such database. It is called
// when a provider or an entrypoint starts.
func (p *OutboxPlace) Check() error {
	if p.offered() {
		return nil
	}
	has := "it has none"
	if names := p.places.offered(); len(names) > 0 {
		has = "its databases are " + strings.Join(names, ", ")
	}
	return fmt.Errorf("%w: service %s has no field `*sqldb.Session` with the tag `db:%q`; %s", ErrNoDatabase, p.service, p.name, has)
}

// ErrNoDatabase is returned where an outbox or inbox is wanted in a database that
// the service does not have.
var ErrNoDatabase = errors.New("no such database")

// Used reports whether somebody asked for the Store.
func (p *OutboxPlace) Used() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used
}

func (p *OutboxPlace) offered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.store != nil
}

type placesKey struct{ service string }

// places are those of one service, in the order of their first use.
type places struct {
	mu  sync.Mutex // guards all
	all []*OutboxPlace
}

func (s *places) named(service, name string) *OutboxPlace {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.all, func(p *OutboxPlace) bool { return p.name == name })
	if i >= 0 {
		return s.all[i]
	}
	p := &OutboxPlace{service: service, name: name, places: s}
	s.all = append(s.all, p)
	return p
}

// offered returns the names of the databases that the service has.
func (s *places) offered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, p := range s.all {
		if p.offered() {
			names = append(names, p.name)
		}
	}
	return names
}
