// Package prefilter looks for many literals and shapes at once. It says where a
// rule might hold; whether it does is detect's business. What it reports is
// complete: no occurrence is left out.
package prefilter
