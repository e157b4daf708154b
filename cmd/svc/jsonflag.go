package main

import (
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/enoki-go/enoki/schema"
)

// jsonFlag is the flag --json of a verb. It knows the type of what the verb prints with
// it, which docs/cli.md describes.
type jsonFlag struct {
	on   *bool
	of   reflect.Type
	many bool // documents, each on a line
}

var _ pflag.Value = (*jsonFlag)(nil)

// offerJSON adds the flag --json to cmd, which prints one document of type T.
func offerJSON[T any](cmd *cobra.Command, on *bool, usage string) {
	addJSON(cmd, &jsonFlag{on: on, of: reflect.TypeFor[T]()}, usage)
}

// offerJSONLines is offerJSON for a verb that prints a document of type T on each line.
func offerJSONLines[T any](cmd *cobra.Command, on *bool, usage string) {
	addJSON(cmd, &jsonFlag{on: on, of: reflect.TypeFor[T](), many: true}, usage)
}

func addJSON(cmd *cobra.Command, value *jsonFlag, usage string) {
	flag := cmd.Flags().VarPF(value, "json", "", usage)
	flag.NoOptDefVal = "true"
}

// jsonOf returns the flag --json of a verb, nil where it has none.
func jsonOf(cmd *cobra.Command) *jsonFlag {
	flag := cmd.Flags().Lookup("json")
	if flag == nil {
		return nil
	}
	value, _ := flag.Value.(*jsonFlag)
	return value
}

// Schema returns the JSON Schema of a document.
func (f *jsonFlag) Schema() (json.RawMessage, error) { return schema.Of(f.of) }

// String returns "true" or "false", as pflag has it of flags without a value; the usage
// shows no default where it is "false".
func (f *jsonFlag) String() string { return strconv.FormatBool(f.on != nil && *f.on) }

// Type makes the usage show no value.
func (*jsonFlag) Type() string { return "bool" }

// Set takes what strconv.ParseBool does.
func (f *jsonFlag) Set(text string) (err error) {
	*f.on, err = strconv.ParseBool(text)
	return err
}

// IsBoolFlag tells pflag that the flag stands alone.
func (*jsonFlag) IsBoolFlag() bool { return true }
