; From 10 on, one process counts n up and another n + 1 down, in memory that they share, with a lock in it: whatever n,
; what main reads when both have ended is 9.
;
; hidden: l 0 1, pa 0 3, pb 0 3, ta 0 12n, tb 0 12n
(declare-const n Int)  ; increments
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const l Int) (declare-const l! Int)  ; 1: the lock is held
(declare-const a Int) (declare-const a! Int)  ; increments that are complete
(declare-const b Int) (declare-const b! Int)  ; decrements that are complete
; Where a process is: 0 outside, 1 holds the lock, 2 has read the counter, 3 has written it.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value that it has read
(declare-const tb Int) (declare-const tb! Int)
; Where main is: 1 has forked the process that counts up, 2 the other too, 3 has waited for the end of the one that counts
; up, 4 for that of the other, 5 has read the counter.
(declare-const m Int) (declare-const m! Int)
(declare-const r Int) (declare-const r! Int)  ; what it has read

(define-fun init () Bool (and (<= 0 n) (= c 10) (= l a b pa pb ta tb m r 0)))

(define-fun memory.stays () Bool (and (= c! c) (= l! l)))
(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun main.stays () Bool (and (= m! m) (= r! r)))
(define-fun guard.lock-a () Bool (= l 0))
(define-fun guard.lock-b () Bool (= l 0))
(define-fun guard.join-a () Bool (and (= pa 0) (= a n)))
(define-fun guard.join-b () Bool (and (= pb 0) (= b (+ n 1))))
(define-fun next () Bool (or
  ; counts up
  (and (<= 1 m) (= pa 0) (< a n) guard.lock-a (= pa! 1) (= l! 1) (= c! c) (= a! a) (= ta! ta) b.stays main.stays)
  (and (= pa 1) (= pa! 2) (= ta! c) (= a! a) memory.stays b.stays main.stays)
  (and (= pa 2) (= pa! 3) (= c! (+ ta 1)) (= l! l) (= a! a) (= ta! ta) b.stays main.stays)
  (and (= pa 3) (= pa! 0) (= l! 0) (= c! c) (= a! (+ a 1)) (= ta! ta) b.stays main.stays)
  ; counts down
  (and (<= 2 m) (= pb 0) (<= b n) guard.lock-b (= pb! 1) (= l! 1) (= c! c) (= b! b) (= tb! tb) a.stays main.stays)
  (and (= pb 1) (= pb! 2) (= tb! c) (= b! b) memory.stays a.stays main.stays)
  (and (= pb 2) (= pb! 3) (= c! (- tb 1)) (= l! l) (= b! b) (= tb! tb) a.stays main.stays)
  (and (= pb 3) (= pb! 0) (= l! 0) (= c! c) (= b! (+ b 1)) (= tb! tb) a.stays main.stays)
  ; main
  (and (<= 0 m 1) (= m! (+ m 1)) (= r! r) memory.stays a.stays b.stays)
  (and (= m 2) guard.join-a (= m! 3) (= r! r) memory.stays a.stays b.stays)
  (and (= m 3) guard.join-b (= m! 4) (= r! r) memory.stays a.stays b.stays)
  (and (= m 4) (= m! 5) (= r! c) memory.stays a.stays b.stays)))

; The lock is held while a process is inside, and by one at a time.
(define-fun inv.lock () Bool (and (<= 0 l 1) (= l (+ (ite (<= 1 pa 3) 1 0) (ite (<= 1 pb 3) 1 0)))))
; The counter is what the changes add up to, with that of a process that has written and not left yet.
(define-fun inv.sum () Bool (= c (+ 10 a (ite (= pa 3) 1 0) (- (+ b (ite (= pb 3) 1 0))))))
; What a process has read is still the counter when it writes.
(define-fun inv.fresh-a () Bool (=> (= pa 2) (= ta c)))
(define-fun inv.fresh-b () Bool (=> (= pb 2) (= tb c)))
; Who has been waited for does nothing any more.
(define-fun inv.joined-a () Bool (=> (<= 3 m) (and (= pa 0) (= a n))))
(define-fun inv.joined-b () Bool (=> (<= 4 m) (and (= pb 0) (= b (+ n 1)))))
; What main has read.
(define-fun inv.result () Bool (=> (= m 5) (= r 9)))

(define-fun ended () Bool (= m 5))
(define-fun safe () Bool (=> ended (= r 9)))
