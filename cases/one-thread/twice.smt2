; One thread counts to n, and then goes on for another n: the counter ends at 2n.
;
; hidden: p 0 1, t 0 2n
(declare-const n Int)  ; increments a call
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const k Int) (declare-const k! Int)  ; 0: in the first call, 1: in the second
(declare-const a Int) (declare-const a! Int)  ; increments of this call that are complete
(declare-const p Int) (declare-const p! Int)  ; 1: the thread has read the counter and is to write it
(declare-const t Int) (declare-const t! Int)  ; the value that it has read

(define-fun init () Bool (and (<= 0 n) (= c k a p t 0)))
(define-fun next () Bool (or
  (and (= p 0) (< a n) (= p! 1) (= t! c) (= c! c) (= a! a) (= k! k))
  (and (= p 1) (= p! 0) (= c! (+ t 1)) (= a! (+ a 1)) (= t! t) (= k! k))
  (and (= p 0) (= a n) (= k 0) (= k! 1) (= a! 0) (= p! p) (= t! t) (= c! c))))

; The counter is what both calls have counted.
(define-fun inv.sum () Bool (= c (+ a (ite (= k 1) n 0))))
; What the thread has read is still the counter when it writes.
(define-fun inv.fresh () Bool (=> (= p 1) (= t c)))

(define-fun ended () Bool (and (= k 1) (= a n) (= p 0)))
(define-fun safe () Bool (=> ended (= c (* 2 n))))
