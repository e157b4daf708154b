package rpc

import "github.com/enoki-go/enoki/broker"

// journey is what a caller knows of one call under way: the state machine that
// docs/protocol.md draws. It neither sends nor waits, so that its table can be
// tested alone.
type journey struct {
	state    state
	instance string // that has the call, where held
	attempt  int    // how often the call was sent again
	lost     int    // runs whose instance ended, or knew nothing of them
	begun    bool   // a run may have begun
	shunned  string // instance that last refused it or handed it back
	once     bool   // the instance says that the call is never to run twice
}

type state uint8

const (
	flying  state = iota // sent to the service; no instance has said that it has it
	held                 // an instance has it
	waiting              // in line for a worker
	over                 // answered or given up
)

// word is what is heard of a call.
type word uint8

const (
	result    word = iota // the answer
	accept                // an instance has it
	busy                  // the instance had no worker and has forgotten it
	handback              // the instance leaves and has stopped its run
	nobody                // the broker could not deliver the message of the call
	offer                 // a worker is kept for it
	lost                  // the instance is gone, or does not know the call
	suspect               // the instance does not answer
	forbidden             // the broker did not let the message of the call pass
	absent                // nobody heard the ticket of its line
	unknown               // something of a later version of the protocol
)

// heard is a word with what belongs to it.
type heard struct {
	word     word
	instance string      // that said it, or that it is about; "" where nobody says
	attempt  int         // that lost and suspect are about
	once     bool        // of accept: it is never to run twice
	bind     string      // of an offer: where the call is to be sent
	msg      *broker.Msg // of a result
}

// move is what the caller has to do about a word.
type move uint8

const (
	stay    move = iota // nothing
	finish              // return the answer
	queue               // stand in line for a worker
	bind                // send the call to who offered
	leave               // leave the line: an instance has the call after all
	decline             // give the offer back
	wonder              // find out whether the service exists, and queue if it does
	doubt               // find out whether the service exists, and stay if it does
	giveUp              // return ErrWorkerLost
	refuse              // return ErrForbidden
)

// maxLost is how many runs may end with their instances before the call is taken for
// what ends them. An instance that is only silent does not count: it is frozen or
// cut off, and what a call costs then is bounded by its deadline and by the budget
// for suspicions.
const maxLost = 3

// hear takes in a word and says what to do.
func (j *journey) hear(h heard) move {
	switch h.word {
	case result:
		return j.answered()
	case offer:
		return j.offered(h)
	case accept:
		return j.accepted(h)
	case nobody:
		return j.undelivered()
	case busy:
		return j.refused(h)
	case handback:
		if j.refused(h) == stay {
			return stay
		}
		j.begun = true
		return queue
	case lost, suspect:
		return j.gone(h)
	case forbidden:
		return j.barred()
	case absent:
		if j.state == waiting {
			return doubt
		}
		return stay
	default:
		return stay
	}
}

// answered takes the first answer only: of two runs both may send one.
func (j *journey) answered() move {
	if j.state == over {
		return stay
	}
	j.state = over
	return finish
}

func (j *journey) offered(h heard) move {
	if j.state != waiting {
		return decline
	}
	j.state, j.instance, j.shunned = held, h.instance, ""
	j.attempt++
	return bind
}

// accepted does not change its mind: of two instances that have the call, the one
// that is known already is watched.
func (j *journey) accepted(h heard) move {
	j.once = j.once || h.once
	switch j.state {
	case flying:
		j.state, j.instance = held, h.instance
		return stay
	case waiting:
		if j.shunned != "" && h.instance == j.shunned {
			return stay // said before it was refused or handed back
		}
		j.state, j.instance = held, h.instance
		return leave
	default:
		return stay
	}
}

// undelivered is not lost: the message of the call reached nobody.
func (j *journey) undelivered() move {
	switch j.state {
	case flying:
		j.state = waiting
		return wonder
	case held:
		j.state = waiting
		return queue
	default:
		return stay
	}
}

// barred says so, unless the call was under way before.
func (j *journey) barred() move {
	if j.state != flying && j.state != held {
		return stay
	}
	j.state = over
	return refuse
}

// refused ignores an instance that the call is not with.
func (j *journey) refused(h heard) move {
	if j.state == flying || j.state == held && j.instance == h.instance {
		j.state, j.shunned = waiting, h.instance
		return queue
	}
	return stay
}

// gone ignores what is said of an earlier attempt. Of a call that may not run twice
// nothing is gained by giving up an instance that may only be slow.
func (j *journey) gone(h heard) move {
	if h.word == suspect && j.once || h.attempt != j.attempt || j.state != flying && j.state != held {
		return stay
	}
	j.begun = true
	if h.word == lost {
		j.lost++
	}
	if j.lost >= maxLost {
		j.state = over
		return giveUp
	}
	j.state = waiting
	return queue
}
