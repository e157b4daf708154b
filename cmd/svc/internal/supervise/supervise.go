// Package supervise runs processes of the user's as one: they start together, get each
// signal once, are replaced by newer versions of themselves one by one, and end together.
package supervise

import (
	"cmp"
	"io"
	"os"
	"strconv"
	"time"
)

// grace is how long a child may take to leave after a second signal; its own
// promise is 1.5 s (service.Main).
const grace = 1500 * time.Millisecond

// forced is the exit code of a run that did not end by draining.
const forced = 130

// A Process is one child to run.
type Process struct {
	Label string // before each line it prints and in messages; "" for a child that runs alone
	Name  string // in messages of a child without a label; "" is "the service"
	Path  string
	Args  []string // without the program's name
	Env   []string // nil means that of svc

	Key     string // its place: a process of a later generation replaces the one at the same place; "" is the label
	Program string // what it is an instance of: where one cannot start the others are left as they are; "" is the place
	Version string // a process whose version runs already is not replaced; "" is always new
}

// name is what messages call it: an instance of the only program has a number for a label.
func (p Process) name() string {
	if _, err := strconv.Atoi(p.Label); err == nil {
		return "process " + p.Label
	}
	return cmp.Or(p.Label, p.Name, "the service")
}

func (p Process) key() string { return cmp.Or(p.Key, p.Label) }

func (p Process) program() string { return cmp.Or(p.Program, p.key()) }

// A Group is processes that live and end together.
type Group struct {
	Processes []Process // what runs first
	// Output returns what takes the output of a process with a label. It is closed
	// when the process has ended.
	Output func(label string) (stdout, stderr io.WriteCloser)
	// Signals carries what the user sends to svc. The first is forwarded to
	// every child; the second is forwarded at once and followed by SIGKILL
	// after 1.5 s; the third kills.
	Signals <-chan os.Signal
	// Note is told what the user should know, for example which child failed.
	// It is called from Run's goroutine only.
	Note func(text string)
	// Reload makes the group one whose processes are replaced; nil for one whose
	// processes end together.
	Reload *Reload
}

// Reload is how a Group replaces its processes.
type Reload struct {
	// Generations delivers all that is to run from now on, as often as that changes.
	// Each process starts before the one that it replaces is asked to stop, which it
	// is when its successor says that it can be reached (package handover); one place
	// after the other.
	Generations <-chan []Process
	// Start is how long a process may take to say that it has started, before the one
	// that it was to replace is kept.
	Start time.Duration
	// Drain is how long one that was replaced may take to leave, before it is killed.
	Drain time.Duration
	// Unused is told the path of a binary that no process needs any more.
	Unused func(path string)
}

// Run starts the processes and returns once all have ended, with the exit code:
// 0 after a clean end, that of the first child that failed, or 130 when they
// had to be forced. If a child fails the others are asked to stop. The error is
// of a process that could not be started; then none is left running.
//
// With Reload it ends by a signal only: a child that fails is told and started again
// with the next generation, and the others go on.
//
// No child gets the terminal's Ctrl-C (each has its own process group) nor
// outlives svc (on Linux, even if svc is killed).
func (g *Group) Run() (int, error) {
	r := newRunning(g)
	defer r.close()
	if err := r.startAll(); err != nil {
		return 0, err
	}
	return r.wait(), nil
}

// running is the state of one Run, owned by its goroutine.
type running struct {
	*Group

	forks    chan fork
	exits    chan *child
	asks     chan ask
	overdue  chan *child
	done     chan struct{} // closed when Run returns
	children []*child      // that live
	doors    map[string]*door
	wanted   map[string]Process // by place: what is to run
	turn     *turn              // the change to another generation that is under way
	signals  int                // how many the children got
	code     int
	killed   bool
	kill     *time.Timer
}

func newRunning(g *Group) *running {
	r := &running{
		Group: g, forks: make(chan fork), exits: make(chan *child), asks: make(chan ask),
		overdue: make(chan *child), done: make(chan struct{}), doors: make(map[string]*door), wanted: make(map[string]Process),
		kill: time.NewTimer(time.Hour),
	}
	r.kill.Stop()
	go r.forker() // ends with forks, and after the children
	return r
}

func (r *running) close() {
	close(r.done)
	close(r.forks)
	r.kill.Stop()
	for _, d := range r.doors {
		_ = d.listener.Close()
	}
}

func (r *running) startAll() error {
	for _, p := range r.Processes {
		r.wanted[p.key()] = p
		if _, err := r.start(p); err != nil {
			for _, c := range r.children {
				kill(c.cmd.Process)
			}
			for len(r.children) > 0 {
				r.forget(<-r.exits)
			}
			return err
		}
	}
	return nil
}

// wait drives the children until the last has ended.
func (r *running) wait() int {
	for !r.over() {
		select {
		case sig := <-r.Signals:
			r.forward(asSent(sig))
		case <-r.kill.C:
			r.killAll()
		case c := <-r.exits:
			r.ended(c)
		case a := <-r.asks:
			r.answer(a)
		case next := <-r.generations():
			r.change(next)
		case <-r.turn.late():
			r.giveUp()
		case c := <-r.overdue:
			r.expire(c)
		}
	}
	if r.killed {
		return forced
	}
	return r.code
}

func (r *running) over() bool {
	return len(r.children) == 0 && (r.Reload == nil || r.signals > 0)
}

// generations is where the next comes from; none does when the end has begun.
func (r *running) generations() <-chan []Process {
	if r.Reload == nil || r.signals > 0 {
		return nil
	}
	return r.Reload.Generations
}

// forward hands one signal to every child that has not got as many: one that was
// replaced is stopping already, and takes a second for an order to break off.
func (r *running) forward(sig os.Signal) {
	r.signals++
	r.turn = nil
	r.shut()
	if r.signals > 2 {
		r.killAll()
		return
	}
	for _, c := range r.children {
		if c.told < r.signals {
			c.tell(sig)
		}
	}
	if r.signals == 2 {
		r.kill.Reset(grace)
	}
}

func (r *running) killAll() {
	r.killed = true
	for _, c := range r.children {
		kill(c.cmd.Process)
	}
}

// ended takes note of a child that has ended.
func (r *running) ended(c *child) {
	r.forget(c)
	switch {
	case r.Reload == nil:
		r.failed(c)
	case r.turn.starts(c):
		r.stillborn(c)
	default:
		r.missed(c)
	}
}

// failed ends the run where a child of it has failed.
func (r *running) failed(c *child) {
	if c.code == 0 {
		return
	}
	if r.signals == 0 {
		r.Note(c.name() + " ended: " + c.end)
	}
	r.code = cmp.Or(r.code, c.code)
	if r.signals == 0 && len(r.children) > 0 {
		r.Note("stopping the others")
		r.forward(terminate)
	}
}

// missed tells of a child that ended where children are replaced.
func (r *running) missed(c *child) {
	switch {
	case r.signals > 0:
		r.code = cmp.Or(r.code, c.code)
	case c.retired:
		r.left(c)
	case len(r.children) > 0:
		r.Note(c.name() + " ended: " + c.end + "; the others go on, and it starts again with the next change")
	default:
		r.Note(c.name() + " ended: " + c.end + "; it starts again with the next change")
	}
}
