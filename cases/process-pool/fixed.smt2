; Two workers, a and b, take items by an index that they move on in one step: whatever n, each item was done once when
; both have ended. What is said of one item, j, is said of each, for it may be any.
;
; Main only waits for the results, and changes nothing.
;
; hidden: pa 0 2, pb 0 2, ia 0 2n, ib 0 2n
(declare-const n Int)  ; items
(declare-const j Int)  ; one of them
(assert (and (<= 0 j) (< j n)))
(declare-const x Int) (declare-const x! Int)  ; the index of the next item; x! is x after a step
(declare-const d Int) (declare-const d! Int)  ; how often item j was done
; Where a worker is: 0 is to take an item, 1 has taken one, 2 has seen that none was left.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ia Int) (declare-const ia! Int)  ; the item that it has taken
(declare-const ib Int) (declare-const ib! Int)

(define-fun init () Bool (= x d pa pb ia ib 0))

(define-fun index.stays () Bool (= x! x))
(define-fun work.stays () Bool (= d! d))
(define-fun a.stays () Bool (and (= pa! pa) (= ia! ia)))
(define-fun b.stays () Bool (and (= pb! pb) (= ib! ib)))
(define-fun next () Bool (or
  (and (= pa 0) (= x! (+ x 1)) (= pa! 1) (= ia! x) work.stays b.stays)
  (and (= pa 1) (< ia n) (= d! (ite (= ia j) (+ d 1) d)) (= pa! 0) index.stays (= ia! ia) b.stays)
  (and (= pa 1) (>= ia n) (= pa! 2) index.stays work.stays (= ia! ia) b.stays)
  (and (= pb 0) (= x! (+ x 1)) (= pb! 1) (= ib! x) work.stays a.stays)
  (and (= pb 1) (< ib n) (= d! (ite (= ib j) (+ d 1) d)) (= pb! 0) index.stays a.stays (= ib! ib))
  (and (= pb 1) (>= ib n) (= pb! 2) index.stays work.stays a.stays (= ib! ib))))

; An item before the index was done once or is in one worker's hand; one from the index on is neither.
(define-fun inv.once () Bool
  (= (ite (< j x) 1 0) (+ d (ite (and (= pa 1) (= ia j)) 1 0) (ite (and (= pb 1) (= ib j)) 1 0))))
; A worker ends only when the index has passed every item.
(define-fun inv.last () Bool (and (=> (= pa 2) (<= n x)) (=> (= pb 2) (<= n x))))
; What a worker has taken is before the index.
(define-fun inv.taken () Bool (and (=> (= pa 1) (< ia x)) (=> (= pb 1) (< ib x))))

(define-fun ended () Bool (and (= pa 2) (= pb 2)))
(define-fun safe () Bool (=> ended (= d 1)))
