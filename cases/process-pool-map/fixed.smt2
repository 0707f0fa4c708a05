; Two worker processes, a and b, take numbers from an atomic index and square them: whatever n, when both have ended each
; number was squared once, its square is at its place, and the calls add up to n. What is said of one number, j, is said of
; each, for it may be any.
;
; hidden: d 0 1, pa 0 4, pb 0 4, ia 0 3n, ib 0 3n, ka 0 n, kb 0 n
(declare-const n Int)  ; numbers, 0 to n - 1
(declare-const j Int)  ; one of them
(assert (and (<= 0 j) (< j n)))
(declare-const x Int) (declare-const x! Int)  ; the index of the next; x! is x after a step
(declare-const r Int) (declare-const r! Int)  ; results[j]
(declare-const d Int) (declare-const d! Int)  ; how often that was written
(declare-const ca Int) (declare-const ca! Int)  ; calls[0] and calls[1]
(declare-const cb Int) (declare-const cb! Int)
; Where a worker is: 0 is to take a number, 1 has taken one, 2 has written the square, 3 has read its number of calls, 4 has
; seen that nothing was left.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ia Int) (declare-const ia! Int)  ; the number that it has taken
(declare-const ib Int) (declare-const ib! Int)
(declare-const ka Int) (declare-const ka! Int)  ; the number of calls that it has read
(declare-const kb Int) (declare-const kb! Int)
(declare-const f Int) (declare-const f! Int)  ; 1: main has forked one worker, 2: both, 3 and 4: has waited for their ends

(define-fun init () Bool (= x r d ca cb pa pb ia ib ka kb f 0))

(define-fun results.stay () Bool (and (= r! r) (= d! d)))
(define-fun a.stays () Bool (and (= pa! pa) (= ia! ia) (= ka! ka) (= ca! ca)))
(define-fun b.stays () Bool (and (= pb! pb) (= ib! ib) (= kb! kb) (= cb! cb)))
(define-fun guard.join-a () Bool (= pa 4))
(define-fun guard.join-b () Bool (= pb 4))
; work() by a worker that is at p, with the number i, its calls c, of which it has read k
(define-fun work ((p Int) (p! Int) (i Int) (i! Int) (k Int) (k! Int) (c Int) (c! Int)) Bool (or
  (and (= p 0) (= p! 1) (= i! x) (= x! (+ x 1)) results.stay (= k! k) (= c! c))
  (and (= p 1) (< i n) (= p! 2) (= r! (ite (= i j) (* i i) r)) (= d! (ite (= i j) (+ d 1) d)) (= x! x) (= i! i) (= k! k)
    (= c! c))
  (and (= p 1) (>= i n) (= p! 4) (= x! x) results.stay (= i! i) (= k! k) (= c! c))
  (and (= p 2) (= p! 3) (= k! c) (= x! x) results.stay (= i! i) (= c! c))
  (and (= p 3) (= p! 0) (= c! (+ k 1)) (= x! x) results.stay (= i! i) (= k! k))))
(define-fun next () Bool (or
  (and (<= 1 f) (work pa pa! ia ia! ka ka! ca ca!) b.stays (= f! f))
  (and (<= 2 f) (work pb pb! ib ib! kb kb! cb cb!) a.stays (= f! f))
  (and (<= 0 f 1) (= f! (+ f 1)) (= x! x) results.stay a.stays b.stays)
  (and (= f 2) guard.join-a (= f! 3) (= x! x) results.stay a.stays b.stays)
  (and (= f 3) guard.join-b (= f! 4) (= x! x) results.stay a.stays b.stays)))

; A number before the index was squared once or is in one worker's hand; one from the index on is neither.
(define-fun inv.once () Bool
  (= (ite (< j x) 1 0) (+ d (ite (and (= pa 1) (= ia j)) 1 0) (ite (and (= pb 1) (= ib j)) 1 0))))
; What was squared is at its place.
(define-fun inv.result () Bool (=> (= d 1) (= r (* j j))))
; A worker ends only when the index has passed every number.
(define-fun inv.last () Bool (and (=> (= pa 4) (<= n x)) (=> (= pb 4) (<= n x))))
; What a worker has taken is before the index.
(define-fun inv.taken () Bool (and (=> (= pa 1) (< ia x)) (=> (= pb 1) (< ib x))))
; Each number before the index was called for, or will be by who has it.
(define-fun inv.calls () Bool (= (ite (< x n) x n) (+ ca cb
  (ite (or (and (= pa 1) (< ia n)) (<= 2 pa 3)) 1 0) (ite (or (and (= pb 1) (< ib n)) (<= 2 pb 3)) 1 0))))
; A worker's calls are its own: what it has read is still so when it writes.
(define-fun inv.fresh () Bool (and (=> (= pa 3) (= ka ca)) (=> (= pb 3) (= kb cb))))
; Who has been waited for has ended.
(define-fun inv.joined () Bool (and (=> (<= 3 f) (= pa 4)) (=> (<= 4 f) (= pb 4))))

(define-fun ended () Bool (= f 4))
(define-fun safe () Bool (=> ended (and (= d 1) (= r (* j j)) (= (+ ca cb) n))))
