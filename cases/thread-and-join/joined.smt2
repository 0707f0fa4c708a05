; A second thread counts to n, and main waits for it before it looks: it sees n.
;
; hidden: p 0 1, t 0 n
(declare-const n Int)  ; increments
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that are complete
(declare-const p Int) (declare-const p! Int)  ; 1: the thread has read the counter and is to write it
(declare-const t Int) (declare-const t! Int)  ; the value that it has read
(declare-const m Int) (declare-const m! Int)  ; main: 0 waits for the thread, 1 has joined it, 2 has looked
(declare-const s Int) (declare-const s! Int)  ; what main has seen

(define-fun init () Bool (and (<= 0 n) (= c a p t m s 0)))

(define-fun main.stays () Bool (and (= m! m) (= s! s)))
(define-fun thread.stays () Bool (and (= c! c) (= a! a) (= p! p) (= t! t)))
(define-fun next () Bool (or
  (and main.stays (= p 0) (< a n) (= p! 1) (= t! c) (= c! c) (= a! a))
  (and main.stays (= p 1) (= p! 0) (= c! (+ t 1)) (= a! (+ a 1)) (= t! t))
  (and thread.stays (= m 0) (= p 0) (= a n) (= m! 1) (= s! s))
  (and thread.stays (= m 1) (= m! 2) (= s! c))))

; The counter is what has been counted.
(define-fun inv.sum () Bool (= c a))
; What the thread has read is still the counter when it writes.
(define-fun inv.fresh () Bool (=> (= p 1) (= t c)))
; After the join the thread has nothing left to do.
(define-fun inv.joined () Bool (=> (= m 1) (and (= a n) (= p 0))))
; What main has seen is everything.
(define-fun inv.seen () Bool (=> (= m 2) (= s n)))

(define-fun ended () Bool (= m 2))
(define-fun safe () Bool (=> ended (= s n)))
