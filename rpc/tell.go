package rpc

import "github.com/enoki-go/enoki/broker"

// word returns the header of a message to a caller that is not an answer.
func (s *server) word(kind string) broker.Header {
	return broker.Header{headerKind: {kind}, headerInst: {s.host.Instance()}}
}

// say sends a word about a call to its caller.
func (s *server) say(kind, address string) {
	s.send(&broker.Msg{Subject: address, Header: s.word(kind)})
}

// accept tells a caller who has its call. The call may not have been read yet.
func (s *server) accept(r *request) {
	h := s.word(kindAccept)
	if e := s.methods[r.name]; e != nil && e.delivery == atMostOnce {
		h[headerOnce] = []string{"1"}
	}
	s.send(&broker.Msg{Subject: r.msg.Reply, Header: h})
}

// send sends what may get lost: its receiver asks again.
func (s *server) send(m *broker.Msg) {
	if err := s.conn.Send(m); err != nil {
		s.host.Logger().Debug("message to a caller is lost", "subject", m.Subject, "error", err)
	}
}

// repeat sends an answer again.
func (s *server) repeat(a *answer) {
	s.send(&broker.Msg{Subject: a.subject, Header: a.header, Data: a.body})
}
