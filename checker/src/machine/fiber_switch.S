# Context switch between fibers (System V x86-64): callee-saved registers, control words, stack, FS base.
    .text
    .globl  selvage_switch
    .hidden selvage_switch
    .type   selvage_switch, @function
    .p2align 4
selvage_switch:                 # rdi: where to save rsp, rsi: rsp to resume, rdx: its FS base
    .cfi_startproc
    pushq   %rbp
    pushq   %rbx
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    subq    $8, %rsp
    stmxcsr (%rsp)
    fnstcw  4(%rsp)
    movq    %rsp, (%rdi)
    movq    %rsp, %r8
    movq    %rsi, %rsp
    cmpb    $0, selvage_use_wrfsbase(%rip)
    je      1f
    wrfsbase %rdx
2:  movl    (%r8), %eax         # loading the control words is slow and hardly ever changes them
    cmpl    (%rsp), %eax
    jne     3f
    movzwl  4(%r8), %eax
    cmpw    4(%rsp), %ax
    jne     3f
4:  cmpb    $0, selvage_clears_vectors(%rip)
    jne     5f
6:  addq    $8, %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbx
    popq    %rbp
    ret
1:  movl    $158, %eax          # arch_prctl(ARCH_SET_FS, rdx)
    movl    $0x1002, %edi
    movq    %rdx, %rsi
    syscall
    jmp     2b
3:  ldmxcsr (%rsp)
    fldcw   4(%rsp)
    jmp     4b
5:                              # a function with variable arguments puts them on its stack, whatever they hold
    pxor    %xmm0, %xmm0
    pxor    %xmm1, %xmm1
    pxor    %xmm2, %xmm2
    pxor    %xmm3, %xmm3
    pxor    %xmm4, %xmm4
    pxor    %xmm5, %xmm5
    pxor    %xmm6, %xmm6
    pxor    %xmm7, %xmm7
    pxor    %xmm8, %xmm8
    pxor    %xmm9, %xmm9
    pxor    %xmm10, %xmm10
    pxor    %xmm11, %xmm11
    pxor    %xmm12, %xmm12
    pxor    %xmm13, %xmm13
    pxor    %xmm14, %xmm14
    pxor    %xmm15, %xmm15
    jmp     6b
    .cfi_endproc
    .size   selvage_switch, .-selvage_switch

# First frame of a fiber: the unwinder stops here, so an uncaught exception is found to be uncaught.
    .globl  selvage_fiber_entry
    .hidden selvage_fiber_entry
    .type   selvage_fiber_entry, @function
    .p2align 4
selvage_fiber_entry:
    .cfi_startproc
    .cfi_undefined rip
    movq    %r12, %rdi
    xorl    %ebp, %ebp
    callq   *%rbx
    ud2
    .cfi_endproc
    .size   selvage_fiber_entry, .-selvage_fiber_entry
# Zeroes the dead stack below the caller's frame: rsi bytes of it, or what there is above rdi, the low end of a stack
# of 8 MiB; nothing where the program has moved to a stack of its own. In assembly, so that no frame of its own remains.
    .globl  selvage_wipe_dead_stack
    .hidden selvage_wipe_dead_stack
    .type   selvage_wipe_dead_stack, @function
    .p2align 4
selvage_wipe_dead_stack:        # rdi: lowest address of the stack, rsi: bytes, a multiple of 8
    .cfi_startproc
    movq    %rsp, %rcx
    subq    %rdi, %rcx
    jbe     2f
    cmpq    $8388608, %rcx
    jae     2f
    cmpq    %rsi, %rcx
    jbe     1f
    movq    %rsp, %rdi
    subq    %rsi, %rdi
    movq    %rsi, %rcx
    testq   $127, %rcx
    jne     1f
    cmpb    $0, selvage_use_avx(%rip)
    je      4f
    vpxor   %xmm0, %xmm0, %xmm0
5:  vmovdqu %ymm0, -32(%rdi,%rcx)
    vmovdqu %ymm0, -64(%rdi,%rcx)
    vmovdqu %ymm0, -96(%rdi,%rcx)
    vmovdqu %ymm0, -128(%rdi,%rcx)
    subq    $128, %rcx
    jne     5b
    vzeroupper
    ret
4:  pxor    %xmm0, %xmm0        # quicker than rep stosq, whose beginning takes long
3:  movups  %xmm0, -16(%rdi,%rcx)
    movups  %xmm0, -32(%rdi,%rcx)
    movups  %xmm0, -48(%rdi,%rcx)
    movups  %xmm0, -64(%rdi,%rcx)
    subq    $64, %rcx
    jne     3b
    ret
1:  shrq    $3, %rcx
    xorl    %eax, %eax
    rep stosq
2:  ret
    .cfi_endproc
    .size   selvage_wipe_dead_stack, .-selvage_wipe_dead_stack
    .section .note.GNU-stack,"",@progbits
