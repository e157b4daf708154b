package svctest

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func newTenancy() *tenancy { return &tenancy{changed: make(chan struct{})} }

func TestBubbleWaitsForBrokersAndBrokersForTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, begun := newTenancy(), time.Now()
		for _, d := range []time.Duration{5 * time.Second, 10 * time.Second} {
			leave := p.enterBroker("TestOther")
			time.AfterFunc(d, leave)
		}
		leave, err := p.enterBubble("TestBubble")
		if err != nil || time.Since(begun) != 10*time.Second {
			t.Fatalf("have %v after %v, want nil after 10s", err, time.Since(begun))
		}
		time.AfterFunc(10*time.Second, leave)
		p.enterBroker("TestOther")()
		if have := time.Since(begun); have != 20*time.Second {
			t.Errorf("the broker began after %v, want 20s", have)
		}
	})
}

func TestBrokersDoNotWaitForABubbleToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTenancy()
		first := p.enterBroker("TestOther")
		waiting := make(chan error)
		go func() {
			leave, err := p.enterBubble("TestBubble")
			leave()
			waiting <- err
		}()
		synctest.Wait()
		second := p.enterBroker("TestOther")
		first()
		first()
		synctest.Wait()
		second()
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
}

func TestBubbleIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, broker, want string }{
		{"its own broker", "TestBubble/case", "a broker of this test is up; want it made within f"},
		{"that of its parent", "TestBubble", "a broker of this test is up"},
		{"another that stays", "TestBub", "tests beside it kept the process busy for 1m0s: TestBub;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newTenancy()
				p.enterBroker(tt.broker)
				if _, err := p.enterBubble("TestBubble/case"); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("have %v, want %s", err, tt.want)
				}
			})
		})
	}
}

func TestHoldersAreThoseWhoDoNotWaitForTheBubble(t *testing.T) {
	const (
		durable = "goroutine 1 [sleep (durable), synctest bubble 7]:\na()"
		socket  = "goroutine 2 [IO wait, synctest bubble 7]:\nb()"
		other   = "goroutine 3 [running, synctest bubble 77]:\nc()"
		outside = "goroutine 4 [running]:\nd()"
		busy    = "goroutine 5 [runnable, synctest bubble 7]:\ne()"
	)
	for _, tt := range []struct {
		name string
		all  []string
		who  []string
	}{
		{"a socket", []string{durable, socket, other, outside}, []string{socket}},
		{"a socket while another computes", []string{durable, socket, busy}, nil},
		{"nobody", []string{durable, other, outside}, nil},
	} {
		who, stuck := holders(strings.Join(tt.all, "\n\n"), ", synctest bubble 7]:")
		if !slices.Equal(who, tt.who) || stuck != (len(tt.who) > 0) {
			t.Errorf("%s: have %q, %v, want %q", tt.name, who, stuck, tt.who)
		}
	}
}

func TestWatchdogTellsWhoStopsTheClock(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	w := newWatchdog("TestX", 100*time.Millisecond, func(message string) {
		said <- message
		_ = l.Close() // sets the clock going again
	})
	defer w.stop()
	synctest.Test(t, func(*testing.T) {
		w.start()
		go func() { _, _ = l.Accept() }()
		time.Sleep(time.Hour)
	})
	message := <-said
	for _, want := range []string{"the clock of TestX has stood still for ", "a real socket", "IO wait", "Accept"} {
		if !strings.Contains(message, want) {
			t.Errorf("have %s, want it to have %q", message, want)
		}
	}
}

func TestWatchdogLetsComputeAndLetsTheClockGo(t *testing.T) {
	w := newWatchdog("TestX", 20*time.Millisecond, func(message string) { t.Error(message) })
	synctest.Test(t, func(*testing.T) {
		w.start()
		go func() {
			for range 100 {
				w.progress()
				time.Sleep(time.Hour)
			}
		}()
		spin := 0
		for range 200_000_000 {
			spin++
		}
		time.Sleep(100 * time.Hour)
	})
	w.stop()
}

// ends returns both ends of a connection.
func ends(t *testing.T) (*memoryConn, net.Conn) {
	t.Helper()
	one, two := net.Pipe()
	t.Cleanup(func() { _ = two.Close() })
	c := newMemoryConn(one)
	t.Cleanup(func() { _ = c.Close() })
	return c, two
}

func TestConnectionInMemoryTakesWhatIsNotReadYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, other := ends(t)
		sent := strings.Repeat("0123456789", 100<<10)
		if n, err := io.WriteString(c, sent); n != len(sent) || err != nil {
			t.Fatalf("have %d, %v, want %d", n, err, len(sent))
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(other); string(got) != sent || err != nil {
			t.Errorf("have %d bytes, %v, want %d after Close", len(got), err, len(sent))
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write after Close: have %v, want net.ErrClosed", err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Read after Close: have %v, want net.ErrClosed", err)
		}
	})
}

func TestConnectionInMemoryEndsWithTheOtherEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, other := ends(t)
		if _, err := io.WriteString(other, "last"); err != nil {
			t.Fatal(err)
		}
		_ = other.Close()
		synctest.Wait()
		if got, err := io.ReadAll(c); string(got) != "last" || err != nil {
			t.Errorf("have %q, %v, want last", got, err)
		}
		_, _ = c.Write([]byte("x"))
		synctest.Wait()
		if _, err := c.Write([]byte("x")); err == nil {
			t.Error("have nil, want an error of Write")
		}
	})
}

func TestConnectionInMemoryHasADeadlineToRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, other := ends(t)
		began := time.Now()
		_ = c.SetDeadline(began.Add(time.Hour))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Hour {
			t.Errorf("have %v after %v, want os.ErrDeadlineExceeded after 1h", err, time.Since(began))
		}
		_ = c.SetDeadline(time.Time{})
		go func() { time.Sleep(time.Hour); _, _ = other.Write([]byte("x")) }()
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("have %d, %v, want 1", n, err)
		}
	})
}

func TestConnectionInMemoryDoesNotWaitForADeadEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := ends(t)
		_, _ = c.Write([]byte("nobody reads this"))
		_ = c.Close()
		time.Sleep(2 * memoryLinger)
		if _, err := c.Conn.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("have %v, want the pipe closed", err)
		}
	})
}
