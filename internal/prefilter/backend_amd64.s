//go:build !purego

#include "textflag.h"

// Eight windows from eleven bytes: bytes j to j+3 for place j, in each half of the
// register from its own copy of the bytes.
DATA windows<>+0(SB)/8, $0x0403020103020100
DATA windows<>+8(SB)/8, $0x0605040305040302
DATA windows<>+16(SB)/8, $0x0807060507060504
DATA windows<>+24(SB)/8, $0x0a09080709080706
GLOBL windows<>(SB), RODATA|NOPTR, $32

DATA constants<>+0(SB)/4, $0x20202020 // foldBit in each byte
DATA constants<>+4(SB)/4, $0x9e3779b1 // multiplier
DATA constants<>+8(SB)/4, $31
GLOBL constants<>(SB), RODATA|NOPTR, $12

// probe looks the hashes in H up in a table of bits at BASE: bit 0 of each lane of OUT
// is the answer.
#define probe(BASE, H, OUT) \
	VPSRLD    $5, H, Y8             \
	VPCMPEQD  Y9, Y9, Y9            \
	VPGATHERDD Y9, (BASE)(Y8*4), OUT \
	VPAND     Y12, H, H             \
	VPSRLVD   H, OUT, OUT

// func endsAVX2(marks *uint64, text *byte, groups int, t *tables)
TEXT ·endsAVX2(SB), NOSPLIT, $0-32
	MOVQ marks+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ groups+16(FP), CX
	MOVQ t+24(FP), R8        // tables.four, 8192 bytes
	LEAQ 8192(R8), R9        // tables.three, 2048 bytes
	LEAQ 10240(R8), R10      // tables.two, not hashed
	VMOVDQU windows<>(SB), Y15
	VPBROADCASTD constants<>+0(SB), Y14
	VPBROADCASTD constants<>+4(SB), Y13
	VPBROADCASTD constants<>+8(SB), Y12
	TESTQ CX, CX
	JZ   done

loop:
	VBROADCASTI128 (SI), Y0
	VPSHUFB Y15, Y0, Y0
	VPOR    Y14, Y0, Y0

	VPMULLD Y13, Y0, Y1
	VPSRLD  $16, Y1, Y1      // longBits
	probe(R8, Y1, Y4)

	VPSRLD  $8, Y0, Y2
	VPMULLD Y13, Y2, Y2
	VPSRLD  $18, Y2, Y2      // shortBits
	probe(R9, Y2, Y5)

	VPSRLD  $16, Y0, Y3
	probe(R10, Y3, Y6)

	VPOR   Y5, Y4, Y4
	VPOR   Y6, Y4, Y4
	VPSLLD $31, Y4, Y4
	VMOVMSKPS Y4, AX
	MOVB   AX, (DI)
	INCQ   DI
	ADDQ   $8, SI
	DECQ   CX
	JNZ    loop

done:
	VZEROUPPER
	RET
