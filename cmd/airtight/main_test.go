package main

import (
	"os"
	"testing"
)

// asAirtight makes the test binary the command itself: a test that kills a
// process, or looks at what one leaves behind, starts it so.
const asAirtight = "AIRTIGHT_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asAirtight) != "" {
		main()
	}
	os.Exit(m.Run())
}
