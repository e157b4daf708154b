package timer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // half a megabyte, so that tz works in an image without zone files; where there are some, they count

	"github.com/robfig/cron/v3"
)

var (
	cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

	// fieldPattern is what one field may look like. The parser takes more and makes
	// little of it: "*-5" is "*" to it, and "," never comes.
	fieldPattern = regexp.MustCompile(`^(?:` + cronRange + `)(?:,` + cronRange + `)*$`)
)

const cronRange = `(?:[*?]|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/[0-9]+)?`

// parseCron reads a cron expression in a zone, "" for UTC.
func parseCron(text, zone string) (schedule, error) {
	if err := checkCron(text); err != nil {
		return nil, fmt.Errorf("tag key cron: have %q, %w", text, err)
	}
	parsed, err := cronParser.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("tag key cron: have %q, %w", text, err)
	}
	fields, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("tag key cron: have %q, want five fields such as %q", text, "0 3 * * *")
	}
	location, err := loadZone(zone)
	if err != nil {
		return nil, err
	}
	fields.Location = time.UTC
	if fields.Next(someLeapYear).IsZero() {
		return nil, fmt.Errorf("tag key cron: have %q, which never comes, want a day that its month has", text)
	}
	return calendar{text: strings.Join(strings.Fields(text), " "), fields: fields, zone: location}, nil
}

// someLeapYear begins five years that have every date there is.
var someLeapYear = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// checkCron refuses what the parser takes and should not, or dies of.
func checkCron(text string) error {
	fields := strings.Fields(text)
	switch {
	case strings.Contains(text, "TZ="):
		return errors.New(`want the zone in the tag key tz, as in tz:"Europe/Vienna"`)
	case strings.HasPrefix(text, "@every"):
		return errors.New(`want the tag key every, as in every:"1m"`)
	case strings.HasPrefix(text, "@"):
		return nil
	case len(fields) != 5:
		return fmt.Errorf("which has %d fields, want five: minute, hour, day of month, month, day of week", len(fields))
	}
	for _, f := range fields {
		if !fieldPattern.MatchString(f) {
			return fmt.Errorf(`of which %q is no field, want numbers, names, ranges and steps such as "*", "1,15", "mon-fri" or "*/10"`, f)
		}
	}
	if fields[4] == "7" {
		return errors.New("want 0 for Sunday")
	}
	return nil
}

// loadZone finds a zone, UTC where none is named.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("tag key tz: have %q, want a name of the IANA database such as %q", name, "Europe/Vienna")
	}
	return zone, nil
}

// calendar is due when the clock on the wall shows what a cron expression names.
//
// The parser's own schedule is asked in a zone without changes. In others it leaves
// out what falls into a skipped hour, runs twice what falls into a repeated one, and
// loses the day where the skipped hour begins at midnight.
type calendar struct {
	text   string
	fields *cron.SpecSchedule // in UTC: its times are what the wall shows
	zone   *time.Location
}

// anyHour is all hours of the field hour.
const anyHour = 1<<24 - 1

func (c calendar) next(after time.Time) time.Time {
	if c.fields.Hour&anyHour == anyHour {
		return c.nextElapsed(after)
	}
	return c.nextNamed(after)
}

// nextNamed is next for a schedule that names hours: each time of day comes once.
// What the wall shows later never comes earlier, so it starts at what it shows now.
func (c calendar) nextNamed(after time.Time) time.Time {
	for wall := c.nextWall(wallOf(after, c.zone)); ; wall = c.nextWall(wall) {
		if t := comes(wall, c.zone); t.After(after) {
			return t
		}
	}
}

// nextElapsed is next for a schedule of all hours: between two changes of the clocks
// the wall shows each time once.
func (c calendar) nextElapsed(after time.Time) time.Time {
	for t := after.In(c.zone); ; {
		wall := c.nextWall(wallOf(t, c.zone))
		_, end := t.ZoneBounds()
		due := wall.Add(-offsetAt(t)).In(c.zone)
		if end.IsZero() || due.Before(end) {
			return due
		}
		if end = end.In(c.zone); c.shows(end) {
			return end
		}
		t = end
	}
}

// shows reports whether the schedule is due at t.
func (c calendar) shows(t time.Time) bool {
	wall := wallOf(t, c.zone)
	return c.nextWall(wall.Add(-time.Nanosecond)).Equal(wall)
}

// nextWall returns what the wall shows next that is due. The parser's schedule looks
// ahead for five years, and a leap day can be eight away.
func (c calendar) nextWall(wall time.Time) time.Time {
	for {
		if next := c.fields.Next(wall); !next.IsZero() {
			return next
		}
		wall = wall.AddDate(4, 0, 0)
	}
}

// back looks in spans that grow until one has enough.
func (c calendar) back(now time.Time, n int) time.Time {
	for days := 1; days < 10_000; days *= 8 {
		since := now.AddDate(0, 0, -days)
		t := since
		for range n {
			t = c.next(t)
		}
		if !t.After(now) {
			return since
		}
	}
	return time.Time{}
}

func (c calendar) since(time.Time) schedule { return c }
func (c calendar) location() *time.Location { return c.zone }
func (c calendar) String() string           { return "cron " + c.text + " " + c.zone.String() }
