package timer

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/tag"
)

// mustCron returns a schedule of a test.
func mustCron(t *testing.T, text, zone string) schedule {
	t.Helper()
	s, err := parseCron(text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// between lists what is due after one time and until another, as the wall of the
// schedule and its zone show it. Times are given in the zone, or in UTC with a Z.
func between(t *testing.T, s schedule, from, to string) []string {
	t.Helper()
	var all []string
	end := at(t, s, to)
	for due := s.next(at(t, s, from)); !due.After(end); due = s.next(due) {
		all = append(all, due.In(s.location()).Format("02 15:04 MST"))
		if len(all) > 100 {
			t.Fatalf("%s: no end of due times: %v", s, all)
		}
	}
	return all
}

func at(t *testing.T, s schedule, text string) time.Time {
	t.Helper()
	zone := s.location()
	local, universal := strings.CutSuffix(text, "Z")
	if universal {
		zone = time.UTC
	}
	v, err := time.ParseInLocation(time.DateTime, local, zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var calendars = []struct {
	name, cron, zone string
	from, to         string
	want             []string
}{
	{"a time of day in UTC", "0 3 * * *", "", "2026-03-01 03:00:00", "2026-03-03 03:00:00", []string{"02 03:00 UTC", "03 03:00 UTC"}},
	{"the time itself is past", "0 3 * * *", "", "2026-03-01 02:59:59", "2026-03-01 03:00:00", []string{"01 03:00 UTC"}},
	{"a word", "@daily", "Asia/Tokyo", "2026-03-01 12:00:00", "2026-03-03 12:00:00", []string{"02 00:00 JST", "03 00:00 JST"}},
	{"days of the week by name", "0 9 * * mon-tue", "", "2026-03-01 00:00:00", "2026-03-08 00:00:00", []string{"02 09:00 UTC", "03 09:00 UTC"}},
	{"day of month or day of week", "0 0 10 * sun", "", "2026-03-02 00:00:00", "2026-03-12 00:00:00", []string{"08 00:00 UTC", "10 00:00 UTC"}},
	{"the year after a century without a leap day", "0 0 29 2 *", "", "2096-03-01 00:00:00", "2104-03-01 00:00:00", []string{"29 00:00 UTC"}},

	// Vienna: 02:00 CET becomes 03:00 CEST on 29 March 2026, 03:00 CEST becomes 02:00
	// CET on 25 October.
	{"skipped: a time of day comes at the change", "30 2 * * *", "Europe/Vienna", "2026-03-28 12:00:00", "2026-03-30 12:00:00", []string{"29 03:00 CEST", "30 02:30 CEST"}},
	{"skipped: several times come once", "*/20 2 * * *", "Europe/Vienna", "2026-03-28 12:00:00", "2026-03-29 12:00:00", []string{"29 03:00 CEST"}},
	{"skipped: with the hour after it", "0 2,3 * * *", "Europe/Vienna", "2026-03-28 12:00:00", "2026-03-29 12:00:00", []string{"29 03:00 CEST"}},
	{"skipped: from the moment of the change", "30 2 * * *", "Europe/Vienna", "2026-03-29 01:00:00Z", "2026-03-30 12:00:00", []string{"30 02:30 CEST"}},
	{"skipped: other hours are as ever", "30 1,4 * * *", "Europe/Vienna", "2026-03-29 00:00:00", "2026-03-29 12:00:00", []string{"29 01:30 CET", "29 04:30 CEST"}},
	{"skipped: every hour goes on", "30 * * * *", "Europe/Vienna", "2026-03-29 00:00:00", "2026-03-29 04:00:00", []string{"29 00:30 CET", "29 01:30 CET", "29 03:30 CEST"}},
	{"skipped: every hour, at the change", "0 * * * *", "Europe/Vienna", "2026-03-29 00:30:00", "2026-03-29 04:00:00", []string{"29 01:00 CET", "29 03:00 CEST", "29 04:00 CEST"}},
	{"skipped: every second hour", "0 */2 * * *", "Europe/Vienna", "2026-03-28 23:00:00", "2026-03-29 06:00:00", []string{"29 00:00 CET", "29 03:00 CEST", "29 04:00 CEST", "29 06:00 CEST"}},
	{"repeated: a time of day comes the first time", "30 2 * * *", "Europe/Vienna", "2026-10-24 12:00:00", "2026-10-26 12:00:00", []string{"25 02:30 CEST", "26 02:30 CET"}},
	{"repeated: from the middle of it", "30 2 * * *", "Europe/Vienna", "2026-10-25 00:45:00Z", "2026-10-26 12:00:00", []string{"26 02:30 CET"}},
	{"repeated: from its second half", "30 2 * * *", "Europe/Vienna", "2026-10-25 01:15:00Z", "2026-10-26 12:00:00", []string{"26 02:30 CET"}},
	{"repeated: the moment after it", "0 3 * * *", "Europe/Vienna", "2026-10-24 12:00:00", "2026-10-25 12:00:00", []string{"25 03:00 CET"}},
	{"repeated: several times of it", "*/30 2 * * *", "Europe/Vienna", "2026-10-24 12:00:00", "2026-10-25 12:00:00", []string{"25 02:00 CEST", "25 02:30 CEST"}},
	{"repeated: every hour comes twice", "30 * * * *", "Europe/Vienna", "2026-10-25 01:00:00", "2026-10-25 04:00:00", []string{"25 01:30 CEST", "25 02:30 CEST", "25 02:30 CET", "25 03:30 CET"}},
	{"repeated: every hour, at the change", "0 * * * *", "Europe/Vienna", "2026-10-25 01:30:00", "2026-10-25 03:00:00", []string{"25 02:00 CEST", "25 02:00 CET", "25 03:00 CET"}},
	{"repeated: from its second half, every hour", "45 * * * *", "Europe/Vienna", "2026-10-25 01:15:00Z", "2026-10-25 04:00:00", []string{"25 02:45 CET", "25 03:45 CET"}},

	// The other way round, half an hour, at midnight, a whole day.
	{"west of Greenwich, skipped", "30 2 * * *", "America/New_York", "2026-03-07 12:00:00", "2026-03-09 12:00:00", []string{"08 03:00 EDT", "09 02:30 EDT"}},
	{"west of Greenwich, repeated", "30 1 * * *", "America/New_York", "2026-10-31 12:00:00", "2026-11-02 12:00:00", []string{"01 01:30 EDT", "02 01:30 EST"}},
	{"half an hour, skipped", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00:00", "2026-10-05 12:00:00", []string{"04 02:30 +11", "05 02:15 +11"}},
	{"half an hour, repeated", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04 12:00:00", "2026-04-06 12:00:00", []string{"05 01:45 +11", "06 01:45 +1030"}},
	{"midnight is skipped", "0 0 * * *", "America/Sao_Paulo", "2018-11-03 12:00:00", "2018-11-05 12:00:00", []string{"04 01:00 -02", "05 00:00 -02"}},
	{"the day whose midnight is skipped", "0 5 4 11 *", "America/Sao_Paulo", "2018-11-01 00:00:00", "2018-11-30 00:00:00", []string{"04 05:00 -02"}},
	{"midnight is repeated", "30 23 * * *", "America/Sao_Paulo", "2018-02-16 23:45:00", "2018-02-18 23:45:00", []string{"17 23:30 -02", "18 23:30 -03"}},
	{"a day is skipped", "0 12 * * *", "Pacific/Apia", "2011-12-28 13:00:00", "2011-12-31 13:00:00", []string{"29 12:00 -10", "31 00:00 +14", "31 12:00 +14"}},
}

func TestCalendarsAreDueWhenTheWallShowsIt(t *testing.T) {
	for _, tt := range calendars {
		t.Run(tt.name, func(t *testing.T) {
			s := mustCron(t, tt.cron, tt.zone)
			if diff := cmp.Diff(tt.want, between(t, s, tt.from, tt.to)); diff != "" {
				t.Errorf("%s (-want +have):\n%s", s, diff)
			}
		})
	}
}

var badCrons = []struct{ cron, zone, want string }{
	{"TZ=UTC", "", `have "TZ=UTC", want the zone in the tag key tz`},
	{"TZ=Europe/Vienna 0 3 * * *", "", "want the zone in the tag key tz"},
	{"CRON_TZ=Europe/Vienna 0 3 * * *", "", "want the zone in the tag key tz"},
	{"@every -5s", "", `want the tag key every, as in every:"1m"`},
	{"@every", "", "want the tag key every"},
	{"@dayly", "", "unrecognized descriptor: @dayly"},
	{"@", "", "unrecognized descriptor"},
	{"", "", "which has 0 fields, want five"},
	{"0 3 * *", "", "which has 4 fields, want five: minute, hour"},
	{"0 0 3 * * *", "", "which has 6 fields, want five"},
	{", 3 * * *", "", `of which "," is no field`},
	{"*-5 3 * * *", "", `of which "*-5" is no field`},
	{"+5 3 * * *", "", `of which "+5" is no field`},
	{"1,,2 3 * * *", "", `of which "1,,2" is no field`},
	{"-5 3 * * *", "", `of which "-5" is no field`},
	{"60 3 * * *", "", "end of range (60) above maximum (59)"},
	{"0 24 * * *", "", "end of range (24) above maximum (23)"},
	{"0 3 0 * *", "", "beginning of range (0) below minimum (1)"},
	{"0 3 * * 7", "", "want 0 for Sunday"},
	{"*/0 3 * * *", "", "step of range should be a positive number"},
	{"5-1 3 * * *", "", "beginning of range (5) beyond end of range (1)"},
	{"0 3 * foo *", "", "failed to parse int from foo"},
	{"0 3 31 2 *", "", `have "0 3 31 2 *", which never comes`},
	{"0 3 30 2 *", "", "which never comes"},
	{"0 3 31 4,6,9,11 *", "", "which never comes"},
	{"0 3 * * *", "Europe/Wien", `tag key tz: have "Europe/Wien", want a name of the IANA database`},
	{"0 3 * * *", "Local", `tag key tz: have "Local"`},
	{"0 3 * * *", "../etc/passwd", "tag key tz"},
}

func TestCronExpressionsThatMeanNothingAreRefused(t *testing.T) {
	for _, tt := range badCrons {
		s, err := parseCron(tt.cron, tt.zone)
		if err == nil {
			t.Errorf("%q %q: have %s, want an error with %q", tt.cron, tt.zone, s, tt.want)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q %q: have\n%v\nwant it to have %q", tt.cron, tt.zone, err, tt.want)
		}
	}
}

// The zones come with the program: an image may have none. Here there are some, so
// it is looked whether they were linked.
func TestZonesComeWithTheProgram(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	function := strings.Join([]string{"time", "tzdata.loadFromEmbeddedTZData"}, "/") // not as text in this program
	if !bytes.Contains(program, []byte(function)) {
		t.Errorf("%s is not linked", function)
	}
}

func FuzzCron(f *testing.F) {
	for _, tt := range calendars {
		f.Add(tt.cron, tt.zone, int64(1_774_000_000))
	}
	for _, tt := range badCrons {
		f.Add(tt.cron, tt.zone, int64(0))
	}
	f.Fuzz(func(t *testing.T, text, zone string, seconds int64) {
		s, err := parseCron(text, zone)
		if err != nil {
			return
		}
		after := time.Unix(seconds%(1<<33), 0) // until 2242
		for range 5 {
			due := s.next(after)
			if !due.After(after) || due.IsZero() {
				t.Fatalf("%s: after %v comes %v", s, after, due)
			}
			if again := s.next(due.Add(-time.Nanosecond)); !again.Equal(due) {
				t.Fatalf("%s: %v is due, but just before it the next is %v", s, due, again)
			}
			after = due
		}
	})
}

func FuzzTag(f *testing.F) {
	f.Add(`every:"1m"`)
	f.Add(`cron:"0 3 * * *" tz:"Europe/Vienna" scope:"cluster" misfire:"once"`)
	f.Add(`cron:"TZ=UTC" eager:"true"`)
	f.Add(`every:"-1s" every:"2s"`)
	f.Fuzz(func(t *testing.T, text string) {
		o := jobOptions{Name: "x", Scope: scopeInstance, Misfire: string(Once)}
		if tag.Read(reflect.StructTag(text), &o) != nil || o.check() != nil {
			return
		}
		s, err := o.schedule()
		if err != nil {
			return
		}
		now := someLeapYear
		if due := overdue(s, now.Add(-time.Hour), now); len(due) > mostMissed {
			t.Errorf("%s: have %d due times, want %d at the most", s, len(due), mostMissed)
		}
		if due := s.next(now); !due.After(now) {
			t.Errorf("%s: after %v comes %v", s, now, due)
		}
	})
}

// Of a schedule that is much shorter than what is looked back to, the newest are
// found without counting all.
func TestOfManyDueTimesTheNewestAreFound(t *testing.T) {
	now := someLeapYear
	for _, tt := range []struct {
		schedule schedule
		last     time.Duration // before now
		count    int
	}{
		{period{time.Millisecond, time.Unix(0, 0)}, 0, mostMissed},
		{period{7 * time.Hour, now.Add(-20 * time.Hour)}, 6 * time.Hour, 3},
		{period{100 * 365 * 24 * time.Hour, now.Add(-time.Hour)}, time.Hour, 1},
		{mustCron(t, "* * * * *", ""), 0, mostMissed},
	} {
		due := overdue(tt.schedule, now.AddDate(-1, 0, 0), now)
		if len(due) != tt.count || now.Sub(due[len(due)-1]) != tt.last {
			t.Errorf("%s: have %d, the last %v ago; want %d, %v", tt.schedule, len(due), now.Sub(due[len(due)-1]), tt.count, tt.last)
		}
	}
}
