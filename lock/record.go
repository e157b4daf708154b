package lock

import (
	"encoding/json"
	"time"
)

// record is what the bucket holds for a lock that is held: for people, who see it
// with nats kv get, and for those who wait.
type record struct {
	ID     string        `json:"id"` // of this holding
	Holder string        `json:"holder"`
	TTL    time.Duration `json:"ttl"`    // in nanoseconds
	Writes int           `json:"writes"` // makes each different from the one before
}

func (r record) bytes() []byte {
	text, _ := json.Marshal(r) // cannot fail: texts and a number
	return text
}

// readRecord reads what is stored. What somebody else has put there is a record
// without a holder, which expires after ttl.
func readRecord(value []byte, ttl time.Duration) record {
	var r record
	if json.Unmarshal(value, &r) != nil || r.TTL < leastTTL || r.TTL > mostTTL {
		r.TTL = ttl
	}
	return r
}
