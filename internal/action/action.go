// Package action says what takes a value's place.
package action

// Kind is an action, from the mildest to the strictest: where matches overlap
// the strictest wins.
type Kind uint8

// The actions.
const (
	None Kind = iota
	Partial
	Token
	Seal
	Mask
	Drop
	DropRecord
)

var names = [...]string{"none", "partial", "token", "seal", "mask", "drop", "drop_record"}

// String is the action as policies write it.
func (k Kind) String() string { return names[k] }

// Parse reads an action as policies write it.
func Parse(s string) (Kind, bool) {
	for k, n := range names {
		if n == s && k > 0 {
			return Kind(k), true
		}
	}
	return None, false
}
