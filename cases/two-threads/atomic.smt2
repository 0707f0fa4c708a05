; Two threads count with an indivisible addition: whatever n, the counter ends at 2n.
(declare-const n Int)  ; increments a thread
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that thread a has completed
(declare-const b Int) (declare-const b! Int)

(define-fun init () Bool (and (<= 0 n) (= c a b 0)))
(define-fun next () Bool (or
  (and (< a n) (= a! (+ a 1)) (= b! b) (= c! (+ c 1)))
  (and (< b n) (= b! (+ b 1)) (= a! a) (= c! (+ c 1)))))

(define-fun inv.sum () Bool (= c (+ a b)))

(define-fun ended () Bool (and (= a n) (= b n)))
(define-fun safe () Bool (=> ended (= c (* 2 n))))
