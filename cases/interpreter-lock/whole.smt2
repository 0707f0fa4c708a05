; Two threads, a and b, load, add and store under the interpreter's lock: whatever n, the count ends at 2n.
;
; hidden: pa 0 4, pb 0 4, ta 0 2n, tb 0 2n
(declare-const n Int)  ; increments a thread
(declare-const c Int) (declare-const c! Int)  ; the count; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that thread a has completed
(declare-const b Int) (declare-const b! Int)
; Where a thread is: 0 outside, 1 holds the lock, 2 has loaded the count, 3 has added one, 4 has stored the sum.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value that it has loaded, and then the sum
(declare-const tb Int) (declare-const tb! Int)

(define-fun init () Bool (and (<= 0 n) (= c a b pa pb ta tb 0)))

(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun next () Bool (or
  (and b.stays (= a! a) (= c! c) (= ta! ta) (= pa 0) (< a n) (= pb 0) (= pa! 1))
  (and b.stays (= a! a) (= c! c) (= ta! c) (= pa 1) (= pa! 2))
  (and b.stays (= a! a) (= c! c) (= ta! (+ ta 1)) (= pa 2) (= pa! 3))
  (and b.stays (= a! a) (= ta! ta) (= c! ta) (= pa 3) (= pa! 4))
  (and b.stays (= c! c) (= ta! ta) (= a! (+ a 1)) (= pa 4) (= pa! 0))
  (and a.stays (= b! b) (= c! c) (= tb! tb) (= pb 0) (< b n) (= pa 0) (= pb! 1))
  (and a.stays (= b! b) (= c! c) (= tb! c) (= pb 1) (= pb! 2))
  (and a.stays (= b! b) (= c! c) (= tb! (+ tb 1)) (= pb 2) (= pb! 3))
  (and a.stays (= b! b) (= tb! tb) (= c! tb) (= pb 3) (= pb! 4))
  (and a.stays (= c! c) (= tb! tb) (= b! (+ b 1)) (= pb 4) (= pb! 0))))

; One thread at a time is inside.
(define-fun inv.exclusion () Bool (or (= pa 0) (= pb 0)))
; The count is what has been counted, and one more where a thread has stored and not left yet.
(define-fun inv.sum () Bool (= c (+ a b (ite (= pa 4) 1 0) (ite (= pb 4) 1 0))))
; What a thread has loaded is still the count when it adds and stores.
(define-fun inv.fresh-a () Bool (and (=> (= pa 2) (= ta c)) (=> (= pa 3) (= ta (+ c 1)))))
(define-fun inv.fresh-b () Bool (and (=> (= pb 2) (= tb c)) (=> (= pb 3) (= tb (+ c 1)))))

(define-fun ended () Bool (and (= a n) (= b n) (= pa 0) (= pb 0)))
(define-fun safe () Bool (=> ended (= c (* 2 n))))
