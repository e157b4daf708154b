package events

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// An event is emitted by a source, which is a service, and has a type: "order_paid",
// or several words with dots, "order.paid". Between the two in the subject stands
// its partition: events with the same key share one of a fixed number, those without
// a key the one that is called "-".
const (
	partitions = 8
	keyless    = "-"
)

// subjectOf returns the subject of an event, or of those that match a pattern.
func subjectOf(namespace, source, partition, event string) string {
	return namespace + ".evt." + source + "." + partition + "." + event
}

// splitSubject is the reverse of subjectOf.
func splitSubject(namespace, subject string) (source, partition, event string, ok bool) {
	rest, ok := strings.CutPrefix(subject, namespace+".evt.")
	source, rest, two := strings.Cut(rest, ".")
	partition, event, three := strings.Cut(rest, ".")
	if !ok || !two || !three {
		return "", "", "", false
	}
	return source, partition, event, true
}

// partitionOf returns the partition of a key: FNV-1a of 32 bits, modulo.
func partitionOf(key string) string {
	if key == "" {
		return keyless
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return strconv.FormatUint(uint64(h.Sum32()%partitions), 10)
}

// allPartitions returns the names of all partitions.
func allPartitions() []string {
	all := []string{keyless}
	for p := range partitions {
		all = append(all, strconv.Itoa(p))
	}
	return all
}

// maxType bounds the type of an event: a subject is sent with each of them, and the
// broker closes the connection of who sends one of more than 4 096 bytes.
const maxType = 200

// checkType refuses what cannot be the type of an event.
func checkType(event string) error {
	if len(event) > maxType {
		return fmt.Errorf("have an event of %d bytes, %.40q…, want at most %d", len(event), event, maxType)
	}
	for token := range strings.SplitSeq(event, ".") {
		if !broker.ValidName(token) {
			return fmt.Errorf("have event %q, want words of letters, digits, - and _, such as \"order_paid\" or \"order.paid\"", event)
		}
	}
	return nil
}

// checkPattern refuses what can be neither a type nor a pattern of types.
func checkPattern(pattern string) error {
	tokens := strings.Split(pattern, ".")
	for i, token := range tokens {
		wild := token == "*" || token == ">" && i == len(tokens)-1
		if len(pattern) > maxType || !wild && !broker.ValidName(token) {
			return fmt.Errorf("have event %.200q, want a type such as \"order.paid\", with * for any word or > for the rest", pattern)
		}
	}
	return nil
}

// hash8 is a short name of an event or a pattern of events: a part of the names of
// consumers, which cannot hold dots and stars.
func hash8(source, event string) string {
	sum := sha256.Sum256([]byte(source + "." + event))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}
