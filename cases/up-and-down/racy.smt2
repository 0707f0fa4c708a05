; From 10 on, one thread counts n up and another n + 1 down, without a lock: whatever n, and however many changes are
; lost, the counter ends from 9 - n to 10 + n. (That it can end at both is shown by an execution each.)
;
; hidden: pa 0 1, pb 0 1, ta 0 12n, tb 0 12n
(declare-const n Int)  ; increments
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that are complete
(declare-const b Int) (declare-const b! Int)  ; decrements that are complete
(declare-const pa Int) (declare-const pa! Int)  ; 1: the thread has read the counter and is to write it
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value that it has read
(declare-const tb Int) (declare-const tb! Int)

(define-fun init () Bool (and (<= 0 n) (= c 10) (= a b pa pb ta tb 0)))

(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun next () Bool (or
  (and b.stays (= pa 0) (< a n) (= pa! 1) (= ta! c) (= a! a) (= c! c))
  (and b.stays (= pa 1) (= pa! 0) (= c! (+ ta 1)) (= a! (+ a 1)) (= ta! ta))
  (and a.stays (= pb 0) (< b (+ n 1)) (= pb! 1) (= tb! c) (= b! b) (= c! c))
  (and a.stays (= pb 1) (= pb! 0) (= c! (- tb 1)) (= b! (+ b 1)) (= tb! tb))))

; No more is taken away than the decrements took away, and no more is added than the increments added.
(define-fun inv.counter () Bool (<= (- 10 b) c (+ 10 a)))
; The same of what a thread has read and is to change.
(define-fun inv.read-a () Bool (=> (= pa 1) (<= (- 10 b) ta (+ 10 a))))
(define-fun inv.read-b () Bool (=> (= pb 1) (<= (- 10 b) tb (+ 10 a))))

(define-fun ended () Bool (and (= a n) (= b (+ n 1)) (= pa 0) (= pb 0)))
(define-fun safe () Bool (=> ended (<= (- 9 n) c (+ 10 n))))
