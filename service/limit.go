package service

// limit bounds how many calls of one sort run at once. The lock of the pool
// guards it.
type limit struct {
	most    int
	running int
	waiting int // calls that wait and have this as their narrowest limit
}

// gate is what a call passes before it runs: the limits of its entrypoint, of its
// kind and of its service, narrowest first.
type gate []*limit

func (g gate) open() bool {
	for _, l := range g {
		if l.running >= l.most {
			return false
		}
	}
	return true
}

func (g gate) enter() {
	for _, l := range g {
		l.running++
	}
}

func (g gate) leave() {
	for _, l := range g {
		l.running--
	}
}

// most returns how many calls can be past the gate at once.
func (g gate) most() int {
	least := g[0].most
	for _, l := range g[1:] {
		least = min(least, l.most)
	}
	return least
}

// waitingPerWorker bounds the queue: a longer one only makes every caller wait
// for work that will have expired when its turn comes.
const waitingPerWorker = 10

// crowded reports whether too many calls wait already.
func (g gate) crowded() bool { return g[0].waiting >= waitingPerWorker*g.most() }

// service returns the limit that all calls of the service share.
func (g gate) service() gate { return g[len(g)-1:] }
