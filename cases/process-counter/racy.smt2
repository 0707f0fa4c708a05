; From 10 on, one process counts n up and another n + 1 down, in memory that they share, without a lock: whatever n, and
; however many changes are lost, what main reads when both have ended is from 9 - n to 10 + n. (That it can be either is
; shown by an execution each of the same counter with threads, see up-and-down.)
;
; hidden: pa 0 1, pb 0 1, ta 0 12n, tb 0 12n
(declare-const n Int)  ; increments
(declare-const c Int) (declare-const c! Int)  ; the counter; x! is x after a step
(declare-const a Int) (declare-const a! Int)  ; increments that are complete
(declare-const b Int) (declare-const b! Int)  ; decrements that are complete
(declare-const pa Int) (declare-const pa! Int)  ; 1: the process has read the counter and is to write it
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the value that it has read
(declare-const tb Int) (declare-const tb! Int)
; Where main is: 1 has forked the process that counts up, 2 the other too, 3 has waited for the end of the one that counts
; up, 4 for that of the other, 5 has read the counter.
(declare-const m Int) (declare-const m! Int)
(declare-const r Int) (declare-const r! Int)  ; what it has read

(define-fun init () Bool (and (<= 0 n) (= c 10) (= a b pa pb ta tb m r 0)))

(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun main.stays () Bool (and (= m! m) (= r! r)))
(define-fun next () Bool (or
  (and (<= 1 m) (= pa 0) (< a n) (= pa! 1) (= ta! c) (= a! a) (= c! c) b.stays main.stays)
  (and (= pa 1) (= pa! 0) (= c! (+ ta 1)) (= a! (+ a 1)) (= ta! ta) b.stays main.stays)
  (and (<= 2 m) (= pb 0) (<= b n) (= pb! 1) (= tb! c) (= b! b) (= c! c) a.stays main.stays)
  (and (= pb 1) (= pb! 0) (= c! (- tb 1)) (= b! (+ b 1)) (= tb! tb) a.stays main.stays)
  ; main
  (and (<= 0 m 1) (= m! (+ m 1)) (= r! r) (= c! c) a.stays b.stays)
  (and (= m 2) (= pa 0) (= a n) (= m! 3) (= r! r) (= c! c) a.stays b.stays)
  (and (= m 3) (= pb 0) (= b (+ n 1)) (= m! 4) (= r! r) (= c! c) a.stays b.stays)
  (and (= m 4) (= m! 5) (= r! c) (= c! c) a.stays b.stays)))

; No more is taken away than the decrements took away, and no more is added than the increments added.
(define-fun inv.counter () Bool (<= (- 10 b) c (+ 10 a)))
; The same of what a process has read and is to change.
(define-fun inv.read-a () Bool (=> (= pa 1) (<= (- 10 b) ta (+ 10 a))))
(define-fun inv.read-b () Bool (=> (= pb 1) (<= (- 10 b) tb (+ 10 a))))
; Neither makes more changes than it is to make.
(define-fun inv.counts () Bool (and (<= (+ a pa) n) (<= 0 pa) (<= (+ b pb) (+ n 1)) (<= 0 pb)))
; What main has read.
(define-fun inv.result () Bool (=> (= m 5) (<= (- 9 n) r (+ 10 n))))

(define-fun ended () Bool (= m 5))
(define-fun safe () Bool (=> ended (<= (- 9 n) r (+ 10 n))))
