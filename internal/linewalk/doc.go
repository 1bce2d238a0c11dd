// Package linewalk brings every text of a stream of lines before a gate and makes
// the changes the gate asks for. It knows where text is in a line and nothing
// about secrets.
//
// # Lines
//
// A line ends with \n alone; a carriage return before it is kept and is no part of
// the text. What follows the last \n is a line too. A line longer than MaxLine is
// not read into memory: the reader skips it and says so.
//
// # Formats
//
// A line of text is one slot. In a line of JSON every string is a slot, keys
// included, and every number; booleans and nulls are none. The place of a value
// names the member it stands in, as that of an attribute does: Key is the nearest
// enclosing member name, Path all of them joined by dots, elements of an array
// inherit both. A line that should be JSON and is not is text. A line of OTLP JSON
// is walked by package pdatawalk; one that only looks like it is plain JSON.
//
// # What edits do
//
// Replacements are spliced into the line as it came: what no edit names keeps its
// bytes, white space, number spellings and escapes included. A number that is
// replaced becomes a string. A member that is dropped goes with its comma; a
// dropped line is left out. Keys stay unique: a replaced key that equals another
// of its object gets #2, #3 and so on. A container nested deeper than the limit
// becomes a tombstone. Invalid UTF-8 becomes U+FFFD before the gate sees the line.
package linewalk
