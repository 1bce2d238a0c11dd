package structure

import (
	"strings"

	"github.com/airtight-telemetry/airtight/internal/span"
)

// commands says how many arguments of a Redis command are names that stay: the
// key, a channel, a subcommand. Its values follow them.
// (https://redis.io/docs/latest/commands/)
var commands = func() map[string]int {
	t := map[string]int{"MSET": everySecond, "MSETNX": everySecond}
	for keep, names := range map[int]string{
		0: "AUTH HELLO ECHO EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO XREAD XREADGROUP MIGRATE",
		1: "SET SETNX SETEX PSETEX GETSET GETEX GETRANGE SETRANGE SETBIT GETBIT BITCOUNT APPEND INCRBY INCRBYFLOAT DECRBY " +
			"EXPIRE PEXPIRE EXPIREAT PEXPIREAT HSET HSETNX HMSET HGET HMGET HDEL HEXISTS HINCRBY HINCRBYFLOAT HSCAN HSTRLEN " +
			"LPUSH LPUSHX RPUSH RPUSHX LINSERT LSET LREM LRANGE LINDEX LTRIM LPOS SADD SREM SISMEMBER SMISMEMBER SSCAN " +
			"ZADD ZREM ZSCORE ZMSCORE ZRANK ZREVRANK ZINCRBY ZRANGE ZREVRANGE ZRANGEBYSCORE ZREVRANGEBYSCORE ZRANGEBYLEX ZCOUNT ZSCAN " +
			"PFADD GEOADD GEOPOS GEODIST GEOHASH GEORADIUS GEOSEARCH XADD XRANGE XREVRANGE XDEL XACK XTRIM PUBLISH SPUBLISH RESTORE " +
			"JSON.SET JSON.GET FT.SEARCH CONFIG ACL CLIENT",
		2: "SMOVE",
		allNames: "GET GETDEL MGET DEL UNLINK EXISTS TTL PTTL PERSIST TOUCH STRLEN INCR DECR RENAME RENAMENX DUMP HGETALL HKEYS HVALS HLEN " +
			"LLEN LPOP RPOP RPOPLPUSH LMOVE BLPOP BRPOP SMEMBERS SCARD SPOP SRANDMEMBER SINTER SUNION SDIFF ZCARD PFCOUNT XLEN " +
			"SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE MULTI PING WATCH UNWATCH DBSIZE FLUSHALL FLUSHDB",
	} {
		for _, name := range strings.Fields(names) {
			t[name] = keep
		}
	}
	return t
}()

const (
	everySecond = -1 // key value key value
	allNames    = 1 << 30
)

// longestCommand bounds a command's name in bytes.
const longestCommand = 16

func lookupCommand(word string) (keep int, ok bool) {
	if len(word) > longestCommand {
		return 0, false
	}
	keep, ok = commands[strings.ToUpper(word)]
	return keep, ok
}

// isCommand reports whether text begins with a Redis command. Of those only SET is
// a word of SQL too, which goes on with an assignment.
func isCommand(text string) bool {
	word, next := argument(text, 0)
	if _, ok := lookupCommand(word.In(text)); !ok {
		return false
	}
	if !strings.EqualFold(word.In(text), "set") {
		return true
	}
	name, next := argument(text, next)
	value, _ := argument(text, next)
	if strings.ContainsAny(name.In(text), "=@`") {
		return false
	}
	switch strings.ToUpper(name.In(text)) {
	case "", "SESSION", "LOCAL", "GLOBAL", "NAMES", "CHARACTER", "TRANSACTION", "ROLE", "PASSWORD", "CONSTRAINTS", "TIME":
		return false
	}
	switch strings.ToUpper(value.In(text)) {
	case "=", ":=", "+=", "TO", "ON", "OFF":
		return false
	}
	return true
}

// commandLiterals appends the arguments of Redis commands, one a line, that are no
// keys. A line that begins with no known command may be part of a value, and is a
// literal whole.
func commandLiterals(dst []Literal, text string) []Literal {
	for i := 0; i < len(text); {
		word, next := argument(text, i)
		keep, known := lookupCommand(word.In(text))
		for n := 0; ; n++ {
			var arg span.Span
			if n == 0 && !known {
				arg, next = word, word.End
			} else {
				arg, next = argument(text, next)
				if arg.Empty() {
					break
				}
			}
			name := known && (n < keep || keep == everySecond && n%2 == 0)
			if !name && !arg.Empty() && arg.In(text) != placeholder {
				dst = append(dst, Literal{Span: arg, Value: unquoted(text, arg)})
			}
		}
		for next < len(text) && text[next] != '\n' {
			next++
		}
		i = next + 1
	}
	return dst
}

// argument is the next argument of the line, empty at its end. A quoted one may
// hold line breaks; one that is never closed ends with the text.
func argument(text string, i int) (arg span.Span, next int) {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	arg.Start = i
	for i < len(text) && text[i] != '\n' && text[i] != ' ' && text[i] != '\t' && text[i] != '\r' {
		if c := text[i]; (c == '"' || c == '\'') && i == arg.Start {
			_, i = quotedIn(text, i)
			continue
		}
		i++
	}
	arg.End = i
	return arg, i
}

// unquoted is the argument without the quotes around it.
func unquoted(text string, arg span.Span) span.Span {
	if c := text[arg.Start]; c != '"' && c != '\'' {
		return arg
	}
	in, _ := quotedIn(text[:arg.End], arg.Start)
	return in
}
