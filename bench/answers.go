package main

import "sync"

// answers tells apart what comes to one subscription. Its zero value is empty.
type answers struct {
	mu      sync.Mutex // guards waiting
	waiting map[string]chan []byte
}

// expect returns where the answer will be that comes to a subject.
func (a *answers) expect(subject string) <-chan []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = make(map[string]chan []byte)
	}
	c := make(chan []byte, 1)
	a.waiting[subject] = c
	return c
}

// deliver takes the first answer to a subject; others are dropped, since a call
// that runs twice is answered twice.
func (a *answers) deliver(subject string, data []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.waiting[subject]; ok {
		delete(a.waiting, subject)
		c <- data
	}
}

// forget gives up an answer.
func (a *answers) forget(subject string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, subject)
}
