; A thread counts to n in blocks of ten under a lock, and main reads once under the same lock: whatever n, what it
; reads is a multiple of ten from 0 to n.
;
; hidden: pa 0 2, k 0 10, t 0 n, pm 0 2
(declare-const n Int)  ; increments
(assert (and (<= 0 n) (= (mod n 10) 0)))
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments in the blocks that the thread has completed
(declare-const k Int) (declare-const k! Int)  ; increments that it has made in this block
; Where the thread is: 0 outside, 1 holds the lock, 2 has read the counter.
(declare-const pa Int) (declare-const pa! Int)
(declare-const t Int) (declare-const t! Int)  ; the value that it has read
(declare-const pm Int) (declare-const pm! Int)  ; where main is: 0 outside, 1 holds the lock, 2 has read the counter
(declare-const s Int) (declare-const s! Int)  ; what main has read
(declare-const r Int) (declare-const r! Int)  ; 1: main has read and given the lock back

(define-fun init () Bool (= c a k pa t pm s r 0))

(define-fun thread.stays () Bool (and (= a! a) (= k! k) (= pa! pa) (= t! t)))
(define-fun main.stays () Bool (and (= pm! pm) (= s! s) (= r! r)))
(define-fun next () Bool (or
  (and main.stays (= pa 0) (< a n) (= pm 0) (= pa! 1) (= k! k) (= a! a) (= t! t) (= c! c))
  (and main.stays (= pa 1) (< k 10) (= pa! 2) (= t! c) (= k! k) (= a! a) (= c! c))
  (and main.stays (= pa 2) (= pa! 1) (= c! (+ t 1)) (= k! (+ k 1)) (= a! a) (= t! t))
  (and main.stays (= pa 1) (= k 10) (= pa! 0) (= a! (+ a 10)) (= k! 0) (= t! t) (= c! c))
  (and thread.stays (= pm 0) (= r 0) (= pa 0) (= pm! 1) (= s! s) (= r! r) (= c! c))
  (and thread.stays (= pm 1) (= pm! 2) (= s! c) (= r! r) (= c! c))
  (and thread.stays (= pm 2) (= pm! 0) (= r! 1) (= s! s) (= c! c))))

; One thread at a time is inside.
(define-fun inv.exclusion () Bool (or (= pa 0) (= pm 0)))
; The counter is what whole blocks have counted, and what this one has so far.
(define-fun inv.sum () Bool (= c (+ a k)))
; A block begins at nothing.
(define-fun inv.block () Bool (=> (= pa 0) (= k 0)))
; What the thread has read is still the counter when it writes.
(define-fun inv.fresh () Bool (=> (= pa 2) (= t c)))
; Whole blocks are tens, no more than there are, and one more is to come while the thread is in a block.
(define-fun inv.tens () Bool (and (= (mod a 10) 0) (<= 0 a n) (=> (> pa 0) (< a n))))
; What main has read is a number of whole blocks.
(define-fun inv.seen () Bool (=> (or (= pm 2) (= r 1)) (and (= (mod s 10) 0) (<= 0 s n))))

(define-fun ended () Bool (and (= r 1) (= a n) (= pa 0)))
(define-fun safe () Bool (=> (= r 1) (and (= (mod s 10) 0) (<= 0 s n))))
