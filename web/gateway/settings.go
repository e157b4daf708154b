package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/rpc"
)

// options are the tag keys of Front, and keys of the configuration section gateway.
type options struct {
	Subjects    []string      // patterns of subjects that requests may go to, besides those that workers announce
	Services    []string      // names of the services that are served; none for all
	Upper       bool          // the last word of a subject is GET, not get
	Concurrency int           `min:"1"` // requests under way at once; beyond, they are refused; 1000
	Refresh     time.Duration // how often the services are asked what they are; 2 s
	Timeout     time.Duration // of a request, and the most that X-Request-Timeout can ask for; 30 s
}

// settings is the configuration section gateway.
type settings struct {
	options
	Broker    broker.Config // of the services, where it is not that of the process
	elsewhere bool          // there is such a section
	docs      bool          // configuration key web.docs
}

const (
	defaultConcurrency = 1000
	defaultRefresh     = 2 * time.Second
	defaultTimeout     = 30 * time.Second
	timeoutKey         = "configuration key gateway.timeout"
)

func defaults() settings {
	return settings{
		options: options{Concurrency: defaultConcurrency, Refresh: defaultRefresh, Timeout: defaultTimeout},
		Broker:  broker.Defaults(), docs: true,
	}
}

// read reads the configuration over what the tag says.
func (s *settings) read(h dependency.Host) error {
	section := struct {
		Subjects, Services []string
		Upper              bool
		Concurrency        int
		Refresh, Timeout   time.Duration
		Broker             broker.Config
	}{s.Subjects, s.Services, s.Upper, s.Concurrency, s.Refresh, s.Timeout, s.Broker}
	var given, server map[string]any
	if err := errors.Join(h.Config("gateway", &section), h.Config("gateway", &given), h.Config("web", &server)); err != nil {
		return err
	}
	s.options = options{section.Subjects, section.Services, section.Upper, section.Concurrency, section.Refresh, section.Timeout}
	s.Broker = section.Broker
	_, s.elsewhere = given["broker"]
	if docs, ok := server["docs"].(bool); ok {
		s.docs = docs
	}
	return s.checkNumbers()
}

func (s *settings) checkNumbers() error {
	var errs []error
	if s.Concurrency < 1 {
		errs = append(errs, fmt.Errorf("configuration key gateway.concurrency: have %d, want at least 1", s.Concurrency))
	}
	if s.Refresh < minRefresh {
		errs = append(errs, fmt.Errorf("configuration key gateway.refresh: have %v, want at least %v", s.Refresh, minRefresh))
	}
	if s.Timeout <= 0 {
		errs = append(errs, fmt.Errorf("%s: have %v, want more than 0s", timeoutKey, s.Timeout))
	}
	for _, name := range s.Services {
		if !broker.ValidName(name) {
			errs = append(errs, fmt.Errorf("configuration key gateway.services: have %q, want the name of a service", name))
		}
	}
	return errors.Join(errs...)
}

// minRefresh bounds what the gateway costs the services.
const minRefresh = 100 * time.Millisecond

// check refuses subjects that nobody may be let send to.
func (s *settings) check(namespace string) error {
	var errs []error
	for _, pattern := range s.Subjects {
		if err := rpc.CheckSubject(pattern, namespace); err != nil {
			errs = append(errs, fmt.Errorf("tag or configuration key gateway.subjects: %w", err))
		}
	}
	return errors.Join(errs...)
}
