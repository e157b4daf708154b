package permission

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteNATS writes users as the block "authorization" of a configuration of
// nats-server, with a comment for each line that says why it is there. keys are public
// nkeys by name of the user; who has none has a password, from the environment of the
// server.
func WriteNATS(w io.Writer, users []User, keys map[string]string) error {
	var text strings.Builder
	text.WriteString("# svc permissions: what each service needs, and nothing else. Replies go to\n" +
		"# _INBOX.<service>.…, which no other service may read; allow_responses is not needed.\n" +
		"# Start each service with broker.restricted: true.\n" +
		"authorization {\n  users = [\n")
	for _, u := range users {
		u.writeNATS(&text, keys[u.Name])
	}
	text.WriteString("  ]\n}\n")
	_, err := io.WriteString(w, text.String())
	return err
}

func (u User) writeNATS(text *strings.Builder, key string) {
	for _, note := range u.Notes {
		fmt.Fprintf(text, "    # Note: %s.\n", note)
	}
	text.WriteString("    {\n")
	if key != "" {
		fmt.Fprintf(text, "      nkey: %s # %s\n", key, u.Name)
	} else {
		fmt.Fprintf(text, "      user: %s\n      password: $%s\n", quoted(u.Name), PasswordName(u.Name))
	}
	text.WriteString("      permissions {\n")
	writeRules(text, "publish", u.Publish)
	writeRules(text, "subscribe", u.Subscribe)
	text.WriteString("      }\n    }\n")
}

func writeRules(text *strings.Builder, what string, rules []Rule) {
	fmt.Fprintf(text, "        %s {\n          allow: [\n", what)
	for _, r := range rules {
		fmt.Fprintf(text, "            %s # %s\n", quoted(r.String()), r.Why)
	}
	text.WriteString("          ]\n        }\n")
}

// quoted writes a string as the configuration of nats-server has it.
func quoted(text string) string { return strconv.Quote(text) }

// PasswordName returns the environment variable of nats-server in which the password of
// a user is.
func PasswordName(user string) string {
	return strings.ToUpper(strings.ReplaceAll(user, "-", "_")) + "_PASSWORD"
}

// WriteNSC writes commands of nsc, which makes users of the operator mode, one for each
// user.
func WriteNSC(w io.Writer, users []User) error {
	var text strings.Builder
	for _, u := range users {
		for _, note := range u.Notes {
			fmt.Fprintf(&text, "# Note: %s.\n", note)
		}
		fmt.Fprintf(&text, "nsc add user --name %s", u.Name)
		for _, r := range u.Publish {
			fmt.Fprintf(&text, " \\\n  --allow-pub '%s'", r)
		}
		for _, r := range u.Subscribe {
			fmt.Fprintf(&text, " \\\n  --allow-sub '%s'", r)
		}
		text.WriteString("\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}
