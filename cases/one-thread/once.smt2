; One thread counts to n: the counter ends at n.
;
; hidden: p 0 1, t 0 n
(declare-const n Int)  ; increments
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that are complete
(declare-const p Int) (declare-const p! Int)  ; 1: the thread has read the counter and is to write it
(declare-const t Int) (declare-const t! Int)  ; the value that it has read

(define-fun init () Bool (and (<= 0 n) (= c a p t 0)))
(define-fun next () Bool (or
  (and (= p 0) (< a n) (= p! 1) (= t! c) (= c! c) (= a! a))
  (and (= p 1) (= p! 0) (= c! (+ t 1)) (= a! (+ a 1)) (= t! t))))

; The counter is what has been counted.
(define-fun inv.sum () Bool (= c a))
; What the thread has read is still the counter when it writes.
(define-fun inv.fresh () Bool (=> (= p 1) (= t c)))

(define-fun ended () Bool (and (= a n) (= p 0)))
(define-fun safe () Bool (=> ended (= c n)))
